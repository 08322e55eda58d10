/**
 * Functions that databases bring along. A SELECT without tables that calls nothing else is a look at the server
 * itself; any other function may do anything.
 */
const NAMES = new Set(
  `abs acos age any_value array array_agg array_append array_cat array_length array_position array_remove array_to_json
  array_to_string ascii asin atan atan2 avg benchmark bigint bin binary bit bit_and bit_length bit_or bool bool_and
  bool_or btrim cardinality cast cbrt ceil ceiling char char_length character character_length charindex checksum chr
  clock_timestamp coalesce collation concat concat_ws connection_id conv convert convert_tz cos cot count crc32 curdate
  current_database current_date current_schema current_schemas current_setting current_time current_timestamp
  current_user currval curtime database databasepropertyex date date_add date_bin date_diff date_format date_part
  date_sub date_trunc dateadd datediff datefromparts datename datepart datetime datetime2 datetimeoffset datetrunc day
  dayname dayofmonth dayofweek dayofyear db_id db_name decimal decode degrees div elt encode error_message error_number
  eomonth every exp export_set extract field find_in_set float floor format format_type found_rows from_base64 from_days
  from_unixtime gen_random_uuid generate_series generate_subscripts get_bit get_byte get_lock getdate getutcdate
  greatest group_concat grouping has_database_privilege has_schema_privilege has_table_privilege hex host_name hour
  identity if ifnull iif inet_aton inet_client_addr inet_ntoa inet_server_addr inet_server_port initcap insert instr int
  integer isdate isjson isnull isnumeric json json_agg json_array json_array_elements json_array_length
  json_build_array json_build_object json_each json_extract json_extract_path json_extract_path_text json_group_array
  json_keys json_length json_object json_object_keys json_populate_record json_populate_recordset json_query json_table
  json_to_record json_to_recordset json_valid json_value jsonb jsonb_agg jsonb_array_elements
  jsonb_array_elements_text jsonb_build_array jsonb_build_object jsonb_each jsonb_object_agg jsonb_set jsonb_to_recordset
  julianday justify_interval last_day last_insert_id last_insert_rowid lastval lcase least left len length listagg ln
  load_extension localtime localtimestamp locate log log10 log2 lower lpad ltrim make_date make_interval
  make_timestamp max md5 microsecond mid min minute mod month monthname name_const nchar newid newsequentialid nextval
  now ntile nullif number numeric nvarchar nvl nvl2 object_definition object_id object_name oct octet_length openjson
  ord original_login overlay parsename patindex period_add period_diff pi position pow power printf quarter quote
  quote_ident quote_literal quote_nullable quotename radians rand random randomblob rank raise_application_error
  regexp_instr regexp_like regexp_matches regexp_replace regexp_split_to_array regexp_split_to_table regexp_substr
  release_all_locks release_lock repeat replace replicate reverse right round row row_count row_number
  row_to_json rpad rtrim schema schema_id schema_name scope_identity sec_to_time second serverproperty session_user
  sessionproperty set_config setval sha1 sha2 sign sin sleep smallint soundex space split_part sqlite_version sqrt
  statement_timestamp stddev str str_to_date strcmp strftime string_agg string_split string_to_array strpos stuff
  subdate substr substring substring_index subtime sum suser_name suser_sname switchoffset sys_context sys_guid
  sysdate sysdatetime sysdatetimeoffset system_user systimestamp sysutcdatetime tan time time_format timediff
  timeofday timestamp timestampadd timestampdiff timestamptz to_ascii to_base64 to_char to_date to_days to_hex to_json
  to_jsonb to_number to_timestamp to_timestamp_tz to_tsquery to_tsvector todatetimeoffset total_changes
  transaction_timestamp translate trim trunc truncate try_cast try_convert txid_current txid_current_snapshot typeof
  ucase unhex unicode unistr unix_timestamp unixepoch unnest upper user user_id user_name userenv utc_date utc_time
  utc_timestamp uuid uuid_generate_v4 uuid_short uuid_to_bin uuidv4 uuidv7 values varbinary varchar varchar2 variance
  version week weekday width_bucket xmltable year yearweek zeroblob sleep waitfor flatten explode json_tree has_perms_by_name
  try_parse choose isfinite row_to_json hashtext hashbytes columns_updated rowcount_big current_catalog current_role
  tuple map toDate toString today yesterday server_version session_id warehouse row_number dense_rank lag lead
  first_value last_value nth_value percent_rank cume_dist guid sequence extractvalue bin_to_uuid text real double
  bpchar nvarchar2 number raw clob blob interval st_geomfromtext st_asgeojson st_makepoint st_setsrid st_distance
  next current current_server changes h2version hostname now64 timezone last_query_id result_scan current_version
  generate_uuid current_datetime current_warehouse parse_json to_variant generator object_construct array_construct
  display range numbers sequence posexplode inline stack json_tuple uuid_string randstr uniform seq4 seq8 sys_extract_utc
  dbtimezone sessiontimezone rawtohex hextoraw nvl2 decode greatest to_clob dump sys_typeid ora_hash toyyyymm todatetime
  touint64 generateuuidv4 currentdatabase currentuser uptime blocknumber array_construct try_to_number sha256 sha512
  farm_fingerprint timestamp_trunc timestamp_add timestamp_sub datetime_trunc parse_timestamp format_timestamp struct
  safe_cast generate_array generate_date_array session_context original_db_name servername
  double precision signed unsigned nchar varying zone smalldatetime money uniqueidentifier tinyint mediumint bytea
  int64 float64 string bool set_byte tsrange tstzrange daterange int4range int8range numrange`
    .toLowerCase()
    .split(/\s+/),
);

const BUILTIN_PREFIX = /^(pg_|pragma_|current_|system\$|@@)/;

const SCHEMAS = new Set(['pg_catalog', 'sys', 'dbms_utility', 'dbms_session', 'information_schema']);

/** `name` as written, qualified or not. */
export function isBuiltinFunction(name: string): boolean {
  const lower = name.toLowerCase();
  const dot = lower.lastIndexOf('.');
  if (dot >= 0) return SCHEMAS.has(lower.slice(0, dot));
  return BUILTIN_PREFIX.test(lower) || NAMES.has(lower);
}
