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
  ident_current ident_seed ident_incr connectionproperty is_srvrolemember is_member xact_state error_severity error_state
  error_line error_procedure app_name program_name context_info min_active_rowversion compress decompress string_escape
  translate trim concat parse formatmessage stdevp varp grouping_id approx_count_distinct cume_dist json_modify
  json_path_exists generate_random newsequentialid getansinull host_id login_name suser_id suser_sid current_timezone
  plainto_tsquery phraseto_tsquery websearch_to_tsquery ts_rank ts_rank_cd ts_headline setweight numnode querytree
  similarity word_similarity unaccent digest hmac crypt gen_salt gen_random_bytes encrypt decrypt jsonb_path_query
  jsonb_path_query_array jsonb_path_query_first jsonb_path_exists jsonb_path_match jsonb_pretty jsonb_strip_nulls
  json_strip_nulls jsonb_typeof json_typeof jsonb_array_length jsonb_object_keys jsonb_populate_record jsonb_insert
  json_each_text jsonb_each_text hstore array_dims array_fill array_lower array_upper array_ndims array_prepend
  array_replace array_positions trim_array string_to_table regexp_count regexp_match starts_with make_time
  make_timestamptz gcd lcm factorial scale min_scale trim_scale setseed sinh cosh tanh asinh acosh atanh sind cosd tand
  asind acosd atand atan2d cotd cot num_nulls num_nonnulls obj_description col_description shobj_description
  has_column_privilege has_sequence_privilege has_function_privilege has_any_column_privilege txid_status to_regclass
  to_regproc to_regtype to_regnamespace regclass regtype regproc oid currval inet host hostmask netmask network family
  masklen abbrev broadcast set_masklen xmlelement xmlparse xmlserialize xpath xml_is_well_formed enum_range enum_first
  enum_last bit_count substring_similarity levenshtein metaphone dmetaphone normalize is_normalized
  adddate addtime aes_decrypt aes_encrypt ascii benchmark bit_xor char_length charset coercibility compress crc32
  datediff dayofweek des_decrypt format_bytes format_pico_time from_unixtime get_format hex icu_version inet6_aton
  inet6_ntoa interval is_free_lock is_ipv4 is_ipv6 is_used_lock is_uuid json_arrayagg json_objectagg json_contains
  json_contains_path json_depth json_insert json_merge json_merge_patch json_merge_preserve json_overlaps json_remove
  json_replace json_schema_valid json_search json_set json_storage_size json_type json_unquote json_pretty
  load_file make_set makedate maketime master_pos_wait member ps_current_thread_id random_bytes regexp session_track
  soundex source_pos_wait statement_digest statement_digest_text std stddev_pop stddev_samp strcmp subtime
  sysdate system_user uncompress uncompressed_length utc_time validate_password_strength var_pop var_samp wait_for_executed_gtid_set
  weight_string lastval schema_name instr2 add_months months_between next_day new_time tz_offset from_tz numtodsinterval
  numtoyminterval to_dsinterval to_yminterval to_binary_double to_binary_float to_nchar to_nclob to_single_byte
  to_multi_byte bfilename empty_blob empty_clob rowidtochar chartorowid sys_connect_by_path sys_extract_utc
  nls_charset_id nls_charset_name nls_initcap nls_lower nls_upper nlssort lnnvl nanvl bitand remainder standard_hash
  xmlagg xmlforest xmlattributes json_scalar json_serialize validate_conversion collation con_name_to_id userenv
  glob likelihood likely unlikely hex iif json_patch json_quote jsonb_patch last_insert_rowid max min nullif octet_length
  quote sign soundex sqlite_compileoption_get sqlite_compileoption_used sqlite_source_id substring timediff
  total_changes typeof unhex unicode date time datetime strftime fts5 offsets snippet bm25 highlight matchinfo
  currenttime serveruuid tcpport displayname filesystemavailable ismerging buildid generateulid generaterandomstructure
  todatetime64 parsedatetimebesteffort formatdatetime datename tostartofday tostartofhour tostartofmonth arrayjoin
  arraymap arrayfilter length lengthutf8 ifnull coalesce isnull multiif cityhash64 siphash64 xxhash64 halfmd5
  current_account current_client current_ip_address current_session current_statement current_transaction
  last_transaction system_typeof to_array to_object to_timestamp_ntz to_timestamp_ltz date_from_parts
  time_from_parts timestamp_from_parts timeadd timediff dateadd monthname array_size array_agg object_keys
  approx_top_k hll ratio_to_report booland boolor zeroifnull nullifzero div0 div0null
  session_user net.host current_database safe_divide safe_multiply format_date format_datetime parse_date
  parse_datetime extract unix_seconds unix_millis unix_micros timestamp_seconds timestamp_millis timestamp_micros
  date_from_unix_date array_concat array_reverse array_to_string st_geogpoint st_geogfromtext st_astext st_asbinary
  st_intersects st_within st_contains st_buffer st_area st_length st_x st_y st_point st_transform st_makeenvelope
  current_metastore spark_version input_file_name monotonically_increasing_id spark_partition_id assert_true
  named_struct from_json schema_of_json sha unbase64 typeof to_unix_timestamp from_utc_timestamp to_utc_timestamp
  dateof now totimestamp tounixtimestamp todate mintimeuuid maxtimeuuid token ttl writetime blobasint intasblob
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
