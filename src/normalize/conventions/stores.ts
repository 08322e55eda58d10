/**
 * What the commands of key-value, document, search and graph stores do, as data: one table per family of systems. Verbs
 * in lower case without `_` and `-`; adding a verb is adding a word here.
 */
import { ACCESS_QUERY, ACCESS_READ, ACCESS_WRITE } from '../../lib/plans.ts';

/** An access, or the reason why a verb gives no edge. */
export type StoreEffect = number | 'health_check' | 'session' | 'transaction_control' | 'settings' | 'prepare';

/** How a family's spans say what they do, beside the operation attribute. */
type Language =
  /** Commands with arguments, several in lines. */
  | 'commands'
  /** Commands of MongoDB as JSON. */
  | 'documents'
  /** Paths of HTTP requests. */
  | 'paths'
  /** Clauses of Cypher. */
  | 'cypher'
  /** A text in a language like SQL whose tables are the store's. */
  | 'sql'
  /** The operation alone. */
  | 'operations';

export interface StoreFamily {
  readonly language: Language;
  readonly verbs: ReadonlyMap<string, StoreEffect>;
  /** `db.namespace` of this family names the table (older instrumentations of DynamoDB). */
  readonly namespaceIsTable?: boolean;
}

interface Words {
  readonly reads: string;
  readonly writes: string;
  /** Scripts and procedures: they may do anything. */
  readonly calls?: string;
  readonly health?: string;
  readonly session?: string;
  readonly transactions?: string;
  readonly settings?: string;
  readonly prepare?: string;
}

function verbs(words: Words): ReadonlyMap<string, StoreEffect> {
  const entries: [string | undefined, StoreEffect][] = [
    [words.reads, ACCESS_READ],
    [words.writes, ACCESS_WRITE],
    [words.calls, ACCESS_QUERY],
    [words.health, 'health_check'],
    [words.session, 'session'],
    [words.transactions, 'transaction_control'],
    [words.settings, 'settings'],
    [words.prepare, 'prepare'],
  ];
  return new Map(
    entries.flatMap(([text = '', effect]) =>
      text
        .split(/\s+/)
        .filter(Boolean)
        .map(verb => [verb, effect] as const),
    ),
  );
}

const REDIS: StoreFamily = {
  language: 'commands',
  verbs: verbs({
    reads: `get getrange substr strlen mget exists type ttl pttl expiretime pexpiretime keys scan randomkey dump object
      sort sortro touch hget hgetall hmget hkeys hvals hlen hexists hstrlen hscan hrandfield httl hpttl hexpiretime
      hpexpiretime llen lindex lrange lpos scard sismember smismember smembers srandmember sinter sintercard sunion sdiff
      sscan zcard zcount zlexcount zrange zrangebyscore zrangebylex zrevrange zrevrangebyscore zrevrangebylex zrank
      zrevrank zscore zmscore zscan zinter zintercard zunion zdiff zrandmember bitcount bitpos bitfieldro getbit pfcount
      geopos geodist geohash georadiusro georadiusbymemberro geosearch xlen xrange xrevrange xread xreadgroup xpending
      xinfo dbsize lcs vsim vcard vdim vemb vgetattr vlinks vrandmember
      json.get json.mget json.type json.strlen json.arrlen json.arrindex json.objkeys json.objlen json.resp
      ft.search ft.aggregate ft.info ft.explain ft.list ft.cursor ft.tagvals ft.sugget ft.suglen ft.spellcheck
      ft.profile ft.dictdump ts.get ts.mget ts.range ts.revrange ts.mrange ts.mrevrange ts.info ts.queryindex
      bf.exists bf.mexists bf.info bf.card bf.scandump cf.exists cf.mexists cf.count cf.info cms.query cms.info
      topk.query topk.list topk.count topk.info graph.roquery`,
    writes: `set setex psetex setnx setrange mset msetnx getset getex getdel append incr incrby incrbyfloat decr decrby
      del unlink expire expireat pexpire pexpireat persist rename renamenx copy move restore migrate hset hmset hsetnx
      hincrby hincrbyfloat hdel hexpire hpexpire hexpireat hpexpireat hpersist hgetdel hgetex hsetex lpush rpush lpushx
      rpushx lpop rpop blpop brpop lmpop blmpop linsert lset lrem ltrim rpoplpush brpoplpush lmove blmove sadd srem spop
      smove sinterstore sunionstore sdiffstore zadd zincrby zrem zremrangebyscore zremrangebyrank zremrangebylex zpopmin
      zpopmax bzpopmin bzpopmax zmpop bzmpop zrangestore zinterstore zunionstore zdiffstore pfadd pfmerge setbit bitop
      bitfield geoadd georadius georadiusbymember geosearchstore xadd xdel xdelex xtrim xack xackdel xclaim xautoclaim
      xgroup xsetid publish spublish flushdb flushall swapdb vadd vrem vsetattr
      json.set json.mset json.merge json.del json.forget json.numincrby json.nummultby json.strappend json.arrappend
      json.arrinsert json.arrpop json.arrtrim json.toggle json.clear ft.create ft.dropindex ft.alter ft.aliasadd
      ft.aliasupdate ft.aliasdel ft.dictadd ft.dictdel ft.synupdate ft.sugadd ft.sugdel ts.create ts.alter ts.add
      ts.madd ts.incrby ts.decrby ts.del ts.createrule ts.deleterule bf.add bf.madd bf.insert bf.reserve bf.loadchunk
      cf.add cf.addnx cf.insert cf.insertnx cf.del cf.reserve cms.incrby cms.initbydim cms.initbyprob cms.merge topk.add
      topk.incrby topk.reserve`,
    calls: 'eval evalsha evalro evalsharo fcall fcallro graph.query tfcall',
    health: 'ping hello info echo time role lastsave command lolwut memory latency slowlog',
    session: `auth select client quit reset readonly readwrite asking connect subscribe psubscribe ssubscribe unsubscribe
      punsubscribe sunsubscribe pubsub wait waitaof monitor sync psync replconf script function module shutdown save
      bgsave bgrewriteaof cluster sentinel failover replicaof slaveof debug`,
    transactions: 'multi exec discard watch unwatch',
    settings: 'config acl',
  }),
};

const MEMCACHED: StoreFamily = {
  language: 'commands',
  verbs: verbs({
    reads: 'get gets getmulti getmany gat gats mg me getbulk asyncget asyncgets asyncgetbulk',
    writes: `set add replace append prepend cas delete deletemulti deletemany setmulti setmany incr incrby increment decr
      decrby decrement touch flushall ms md ma`,
    health: 'version stats mn noop',
    session: 'quit verbosity auth',
  }),
};

const MONGODB: StoreFamily = {
  language: 'documents',
  verbs: verbs({
    reads: `find findone findmany findbyid query aggregate count countdocuments estimateddocumentcount distinct getmore
      mapreduce group geonear geosearch parallelcollectionscan listcollections listindexes listdatabases collstats dbstats
      watch exists`,
    writes: `insert insertone insertmany insertmulti update updateone updatemany replaceone replace findandmodify
      findoneandupdate findoneandreplace findoneanddelete findoneandremove findbyidandupdate findbyidanddelete
      findbyidandremove delete deleteone deletemany remove save create createcollection drop dropcollection dropdatabase
      createindexes createindex ensureindex ensureindexes dropindexes dropindex reindex collmod renamecollection
      converttocapped clonecollectionascapped bulkwrite bulksave initializeorderedbulkop initializeunorderedbulkop`,
    calls: 'eval $eval',
    health:
      'ping hello ismaster buildinfo serverstatus connectionstatus hostinfo replsetgetstatus getlasterror whatsmyuri',
    session: `endsessions startsession refreshsessions killsessions killallsessions killcursors saslstart saslcontinue
      authenticate getnonce logout connect`,
    transactions: 'starttransaction committransaction aborttransaction preparetransaction',
    settings: 'setparameter getparameter profile explain validate compact',
  }),
};

const DYNAMODB: StoreFamily = {
  language: 'operations',
  namespaceIsTable: true,
  verbs: verbs({
    reads: `getitem batchgetitem transactgetitems query scan describetable listtables describetimetolive listtagsofresource
      getrecords getsharditerator describestream liststreams get`,
    writes: `putitem updateitem deleteitem batchwriteitem transactwriteitems createtable updatetable deletetable
      createglobaltable updateglobaltable updatetimetolive restoretablefrombackup restoretabletopointintime createbackup
      deletebackup put update delete importtable`,
    calls: 'executestatement batchexecutestatement executetransaction',
    health: 'describeendpoints describelimits',
  }),
};

const SEARCH: StoreFamily = {
  language: 'paths',
  verbs: verbs({
    reads: `search msearch asyncsearch asyncsearch.submit asyncsearch.get scroll get getsource mget multiget multisearch
      count exists existssource explain termvectors mtermvectors searchtemplate msearchtemplate rendersearchtemplate
      knnsearch rankeval fieldcaps openpointintime termsenum searchshards sql.query esql.query eql.search query
      searchmvt validate searchscroll painlessexecute`,
    writes: `index create update delete bulk updatebyquery deletebyquery reindex put upsert deletebyqueryrethrottle
      updatebyqueryrethrottle indices.create indices.delete indices.putmapping indices.putsettings indices.putalias
      indices.deletealias indices.updatealiases indices.putindextemplate indices.rollover indices.split indices.shrink
      indices.clone indices.deletedatastream indices.createdatastream deletescript putscript`,
    health: `ping info health root cluster.health cluster.state cluster.stats cluster.pendingtasks nodes.info nodes.stats
      nodes.hotthreads cat.indices cat.health cat.nodes cat.shards cat.aliases cat.count cat.allocation main stats`,
    session: `clearscroll closepointintime asyncsearch.delete tasks.get tasks.list tasks.cancel security.authenticate
      asyncsearch.status`,
    settings: `cluster.putsettings cluster.getsettings indices.get indices.exists indices.getmapping indices.getsettings
      indices.getalias indices.existsalias indices.refresh indices.flush indices.forcemerge indices.open indices.close
      indices.analyze indices.stats indices.clearcache indices.existstemplate indices.getindextemplate
      ingest.putpipeline ingest.getpipeline ilm.putlifecycle ilm.getlifecycle`,
  }),
};

const COUCHBASE: StoreFamily = {
  language: 'sql',
  verbs: verbs({
    reads: `get getmulti getandlock getandtouch getanyreplica getallreplicas getreplica exists lookupin search searchquery
      analyticsquery viewquery query scan list view find`,
    writes: `insert upsert replace remove mutatein append prepend increment decrement touch unlock counter store set add
      delete put save bulk`,
    health: 'ping noop diagnostics hello',
    session: 'auth saslauth open close observe dispatchtoserver getconfig getclusterconfig getcollectionid',
    transactions: 'begin commit rollback',
  }),
};

const COSMOS: StoreFamily = {
  language: 'operations',
  verbs: verbs({
    reads: `select read readitem readitems readallitems readmany readmanyitems query queryitems querychangefeed
      querychangefeeditems readfeed head headfeed readcontainer readdatabase readcontainers querycontainers
      readfeedranges get find`,
    writes: `create createitem upsert upsertitem replace replaceitem patch patchitem delete deleteitem batch
      executebatch executebulk bulk createcontainer createcontainerifnotexists deletecontainer replacecontainer
      createdatabase createdatabaseifnotexists deletedatabase deleteallitemsbypartitionkey insert update`,
    calls: 'executejavascript executestoredprocedure',
    health: 'readaccount ping',
    session: 'invalid',
    prepare: 'queryplan',
  }),
};

const HBASE: StoreFamily = {
  language: 'operations',
  verbs: verbs({
    reads: 'get scan exists multiget getregionlocation',
    writes: `put delete append increment checkandmutate checkandput checkanddelete batch mutate createtable deletetable
      truncatetable disabletable enabletable`,
    calls: 'coprocexec exec',
  }),
};

const NEO4J: StoreFamily = {
  language: 'cypher',
  verbs: verbs({
    reads: 'match optional return with unwind show read',
    writes: 'create merge set delete detach remove drop load foreach write',
    calls: 'call',
    health: 'ping',
    session: 'use reset logon logoff hello route',
    transactions: 'begin commit rollback',
    settings: 'explain profile',
  }),
};

/** Stores with an interface of few operations: coordination, caches, vectors, time series. */
const GENERAL: StoreFamily = {
  language: 'operations',
  verbs: verbs({
    reads: `get range list watch read query search select find findone count scan exists fetch peek contains containskey
      getall getmany size keys values entryset retrieve scroll recommend hybridsearch describe flux lookup children
      getdata getchildren`,
    writes: `put set delete deleterange remove txn insert insertmany upsert update add write create drop replace putall
      putifabsent removeall clear compact cas setdata index modify import load store increment save patch deleteall`,
    calls: 'eval execute call',
    health: 'ping health ready status version hello',
    session: `connect close auth grant lease leasegrant leasekeepalive leaserevoke keepalive login authenticate
      createsession`,
    transactions: 'begin commit rollback',
  }),
};

const INFLUX: StoreFamily = { ...GENERAL, language: 'sql' };

/** By today's name of the system; systems that are not here speak SQL. */
export const STORE_FAMILIES: ReadonlyMap<string, StoreFamily> = new Map<string, StoreFamily>([
  ...['redis', 'valkey', 'keydb', 'dragonfly'].map(system => [system, REDIS] as const),
  ['memcached', MEMCACHED],
  ...['mongodb', 'aws.documentdb'].map(system => [system, MONGODB] as const),
  ['aws.dynamodb', DYNAMODB],
  ...['elasticsearch', 'opensearch'].map(system => [system, SEARCH] as const),
  ['couchbase', COUCHBASE],
  ['azure.cosmosdb', COSMOS],
  ['hbase', HBASE],
  ['neo4j', NEO4J],
  ['influxdb', INFLUX],
  ...`couchdb etcd consul zookeeper geode hazelcast aerospike infinispan rethinkdb gcp.firestore gcp.datastore
  gcp.bigtable milvus pinecone weaviate qdrant chroma lancedb`
    .split(/\s+/)
    .map(system => [system, GENERAL] as const),
]);
