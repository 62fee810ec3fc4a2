# The events of a migledger ledger. One message an event, stored as its canonical bytes
# (https://capnproto.org/encoding.html#canonicalization): see FORMAT.md for keys and framing.
#
# Evolution: fields and union members are added with the next number, never renumbered, retyped or
# reused. A reader keeps and shows a body it does not know; it never guesses what it means.
# Texts are UTF-8. Times are microseconds since 1970-01-01T00:00:00Z. A position of 0 means "none".
@0xd3f1a7c29b604e18;

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("migledger::ledger::schema");

struct Event {
  position @0 :UInt64;     # place in the ledger, dense, from 1
  stream   @1 :UInt64;     # position of the first event of its stream; 0 is the ledger's own stream
  version  @2 :UInt64;     # place in its stream, dense, from 1
  time     @3 :Int64;      # made non-decreasing along positions
  rawTime  @4 :Int64;      # what the clock read
  session  @5 :UInt64;     # position of the sessionOpened event that names the actor
  cause    @6 :UInt64;     # position of the event this one reacts to

  body :union {
    unset            @7  :Void;
    ledgerCreated    @8  :LedgerCreated;
    sessionOpened    @9  :SessionOpened;
    sessionClosed    @10 :SessionClosed;
    tailDropped      @11 :TailDropped;
    migrationStarted @12 :MigrationStarted;
    planChanged      @13 :PlanChanged;
    probed           @14 :Probed;
    intent           @15 :Intent;
    outcome          @16 :Outcome;
    observed         @17 :Observed;
    checked          @18 :Checked;
    readFailed       @19 :ReadFailed;
    parked           @20 :Parked;
    approved         @21 :Approved;
    ended            @22 :Ended;
    steered          @23 :Steered;
    bulkBegun        @24 :BulkBegun;
    bulkEnded        @25 :BulkEnded;
    restored         @26 :Restored;
    checkpointed     @27 :Checkpointed;
    forked           @28 :Forked;
  }
}

struct Field {
  name  @0 :Text;
  value @1 :Text;          # a string as it is; anything else as JSON text
}

# ---- the ledger's own stream -------------------------------------------------------------------

# Position 1. What the ledger is bound to; a run against anything else is refused.
struct LedgerCreated {
  ledgerId  @0 :Text;      # 32 lower-case hexadecimal digits, random
  format    @1 :UInt32;    # FORMAT.md
  cloud     @2 :Text;      # "oci" or "sim"
  tenancy   @3 :Text;      # OCID of the tenancy; empty when it is learnt with the first session
  endpoints @4 :List(Field); # region → base URL, where configured
}

# Who acts from here on. Every later event of the session names this position.
struct SessionOpened {
  user           @0 :Text;
  host           @1 :Text;
  pid            @2 :UInt32;
  version        @3 :Text; # of migledger
  command        @4 :Text; # as typed, without secrets
  tenancy        @5 :Text;
  principal      @6 :Text; # user OCID or profile name
  authKind       @7 :Text; # api_key, security_token, instance_principal, …, sim
  keyFingerprint @8 :Text;
}

struct SessionClosed {
  exitCode @0 :UInt16;
  reason   @1 :Text;
}

# A tolerant reopening cut a torn end off the write-ahead log; said here because it happened.
struct TailDropped {
  file  @0 :Text;
  bytes @1 :UInt64;
  kept  @2 :Text;          # where the files were copied before anything was changed
}

# The ledger is a copy that was put back: what happened after that copy was made it has forgotten.
# Until the comparison with the cloud that follows is recorded, no run acts on it. That record is an
# event of this kind, too: its `cause` is the restoring that it is about, and `reconciled` is set.
struct Restored {
  from       @0 :Text;     # the directory it was put back from
  position   @1 :UInt64;   # its head there
  root       @2 :Data;     # Merkle root over the events 1 … position
  reason     @3 :Text;
  reconciled @4 :Reconciled;
}

# What the cloud was found to hold, compared with the ledger (workflow/reconcile/reconcile.h).
struct Reconciled {
  known    @0 :UInt32;
  orphaned @1 :UInt32;
  missing  @2 :UInt32;
  drifted  @3 :UInt32;
  unseen   @4 :UInt32;
  adopted  @5 :UInt32;     # of the orphaned: recorded before this event as what their step made
  settled  @6 :Bool;       # runs may act: nothing is unseen, and what is missing or drifted a
                           # person has accepted
  findings @7 :List(Text); # for people: the first of those that are not known
}

# The head of the log was signed and published (FORMAT.md, "Checkpoints").
struct Checkpointed {
  size    @0 :UInt64;      # how many events the checkpoint covers: 1 … size
  root    @1 :Data;        # Merkle root over them
  origin  @2 :Text;        # its first line
  keyName @3 :Text;        # of the key that signed it
  keyId   @4 :UInt32;      # the first four bytes of the digest that names the key, big-endian
}

# This ledger goes on from a moment of another one, as a rehearsal: events 2 … position are that
# ledger's, byte for byte; the first says the same but for what it is bound to (FORMAT.md, "Forks").
struct Forked {
  ledgerId @0 :Text;       # of the origin, and of this ledger: keys are functions of it
  position @1 :UInt64;     # the last event of the origin that is here
  root     @2 :Data;       # Merkle root of the origin over its events 1 … position
  cloud    @3 :Text;       # that the origin is bound to
  tenancy  @4 :Text;
}

# ---- the stream of one migration ---------------------------------------------------------------

struct MigrationStarted {
  name            @0 :Text;
  workflow        @1 :Text;
  workflowVersion @2 :UInt32;
  steps           @3 :List(Text);  # names by index, so that the log explains itself
  plan            @4 :List(Field); # resolved, sorted by name
  dependsOn       @5 :List(Text);
  planDigest      @6 :Data;        # SHA-256 over the plan as recorded (workflow/model/plan.h)
  forward         @7 :UInt16;      # how many steps, from the first, move it; others undo, clean up
}

struct PlanChanged {
  plan       @0 :List(Field);      # whole, as it is from here on
  dependsOn  @1 :List(Text);
  planDigest @2 :Data;
  reason     @3 :Text;
  recheck    @4 :List(UInt16);     # check steps to be made again
}

# A request to the cloud. `body` may hold placeholders "${secret:NAME:sha256:HEX}".
struct Request {
  region      @0 :Text;
  service     @1 :Text;
  method      @2 :Text;
  path        @3 :Text;    # percent-encoded, with the API version, without query
  query       @4 :Text;    # percent-encoded, without "?"
  body        @5 :Text;
  retryToken  @6 :Text;
  ifMatch     @7 :Text;
  ifNoneMatch @8 :Text;
  requestId   @9 :Text;    # opc-request-id as we set it
}

enum ErrorClass {
  none             @0;
  retry            @1;     # nothing happened; may be sent again after a pause
  throttled        @2;     # 429
  blocked          @3;     # a limit or quota: a person must act
  capacity         @4;     # out of host capacity
  credentials      @5;     # 401: stops the whole run
  tokenInvalidated @6;     # 409 InvalidatedRetryToken
  exists           @7;     # something of that name is already there
  precondition     @8;     # 412
  notFound         @9;     # 404: cannot look
  fatal            @10;    # will never succeed as it is
  unknown          @11;    # whether it happened cannot be told yet
}

struct Error {
  class            @0 :ErrorClass;
  status           @1 :UInt16; # HTTP status, 0 when none was seen
  code             @2 :Text;   # OCI's error code, or the transport's own word
  message          @3 :Text;
  requestId        @4 :Text;   # opc-request-id of the reply
  retryAfterMillis @5 :UInt64; # 0: none was given
}

# What a look for the resource of a creating step found.
struct Probed {
  step       @0 :UInt16;
  generation @1 :UInt16;
  result     @2 :Result;
  candidates @3 :List(Candidate);
  scope      @4 :Text;       # "list"; "tag": a search by tag; "id": the one that a person named
  cloudTime  @5 :Int64;      # Date of the reply, 0 when it had none
  facts      @6 :List(Field); # what adopting the one found would record

  enum Result {
    absent   @0;             # a successful list, all its pages, without it
    ours     @1;             # exactly one that bears our key
    several  @2;
    foreign  @3;             # bears our name, or another ledger's tags for our source
    underWay @4;             # not there yet, but the cloud is at work on it
  }
}

struct Candidate {
  id    @0 :Text;
  name  @1 :Text;
  state @2 :Text;
  why   @3 :Text;            # what makes it a candidate
}

# About to send. Durable before the request leaves.
struct Intent {
  step       @0 :UInt16;
  generation @1 :UInt16;
  send       @2 :UInt32;     # 1 for the first sending of this generation
  key        @3 :Text;       # idempotency key
  guard      @4 :Guard;
  request    @5 :Request;    # unset when `resends` is set
  resends    @6 :UInt64;     # position of the intent whose recorded request is sent again
  transport  @7 :Text;       # "oci-cli", "sim"
  row        @8 :Text;       # the row of the recovery table that decided it

  enum Guard {
    token      @0;           # opc-retry-token
    naturalKey @1;           # a name and a precondition
    none       @2;
    ifMatch    @3;
  }
}

struct Outcome {
  step        @0 :UInt16;
  generation  @1 :UInt16;
  intent      @2 :UInt64;    # position; 0 when adopted without one
  result      @3 :Result;
  how         @4 :How;
  error       @5 :Error;
  facts       @6 :List(Field);
  requestId   @7 :Text;      # opc-request-id of the reply
  workRequest @8 :Text;      # opc-work-request-id
  status      @9 :UInt16;
  cloudTime   @10 :Int64;
  evidence    @11 :Data;     # SHA-256 of the redacted reply, kept beside the log
  row         @12 :Text;
  more        @13 :Bool;     # the step has further items: it is done again, as its next generation

  enum Result { succeeded @0; failed @1; unknown @2; }
  enum How {
    replied  @0;
    adopted  @1;
    claimed  @2;
    byPerson @3;
    lost     @4;             # unknown, because the run that sent it ended before the reply
    proven   @5;             # failed: looked for until it was certain that nothing came of it
  }
}

# What a poll saw, appended when it changed: another state, or another tenth of the way.
struct Observed {
  step    @0 :UInt16;
  state   @1 :Text;
  percent @2 :UInt8;
}

# How a check or await step ended.
struct Checked {
  step     @0 :UInt16;
  result   @1 :Result;
  facts    @2 :List(Field);
  findings @3 :List(Text);   # for people: what was noticed
  error    @4 :Error;        # set unless ok
  reopens  @5 :UInt16;       # dead: the act step whose resource died; refused: the step to go back
                             # to when it is gone on with, 0 for none
  evidence @6 :List(Data);

  enum Result {
    ok      @0;
    dead    @1;              # what an act step made has failed; `reopens` makes a new generation
    refused @2;              # a precondition does not hold; a person must change something
  }
}

# A read that could not be made. Nothing follows from it but looking again.
struct ReadFailed {
  step  @0 :UInt16;
  error @1 :Error;
}

# Waits for a person; or, with the next session, for what they have mended.
struct Parked {
  step   @0 :UInt16;
  reason @1 :Text;
  need   @2 :Text;           # what a person must do
  kind   @3 :Kind;

  enum Kind {
    mend    @0;              # looked at again by the next session
    approve @1;              # goes on when approved
    resolve @2;              # a person must say which resource is meant
  }
}

# A person, or the configuration, approved what a step was about to do. Versions before said `step`,
# `what` and, as `reason`, "--yes"; what they took as an order is a `steered` with the verb approve.
struct Approved {
  step       @0  :UInt16;
  what       @1  :Text;      # what is approved, in words
  reason     @2  :Text;      # why, in the words of who approved; may be empty
  kind       @3  :Kind;
  how        @4  :How;
  given      @5  :Text;      # as it was given: "--yes=cutover", "allow_source_downtime"
  planDigest @6  :Data;      # of the plan that was approved (MigrationStarted, PlanChanged)
  request    @7  :Text;      # order: its id, so that it is done once
  # By whom, as the system and the login to the cloud say it; none of it is proven.
  user       @8  :Text;
  host       @9  :Text;
  pid        @10 :UInt32;
  loginUid   @11 :UInt32 = 4294967295; # the user who logged in (Linux audit); 4294967295: unknown
  sudoUser   @12 :Text;      # who called sudo; empty: nobody, or unknown
  cloudLogin @13 :Text;      # user OCID or profile; empty: unknown

  enum Kind {
    unsaid      @0;
    downtime    @1;          # the source is taken offline
    cutover     @2;          # the data of the source counts up to here and no further
    termination @3;          # the source is removed
  }
  enum How {
    unsaid        @0;
    flag          @1;        # run --yes
    order         @2;        # migledger approve
    configuration @3;        # the plan says so
  }
}

struct Ended {
  result @0 :Result;
  reason @1 :Text;
  step   @2 :UInt16;

  enum Result {
    done       @0;           # every step of what it was about: moving, cleaning up, decommissioning
    failed     @1;
    cancelled  @2;
    rolledBack @3;
  }
}

# What a person asked for while or between runs. In the ledger's own stream it is about all
# migrations. Who asked may be another process than the session that records it.
struct Steered {
  verb     @0 :Verb;
  step     @1 :UInt16;       # 65535: none
  resource @2 :Text;         # adopt: its OCID
  reason   @3 :Text;
  request  @4 :Text;         # id of the request, so that it is done once
  user     @5 :Text;
  host     @6 :Text;
  pid      @7 :UInt32;

  enum Verb {
    pause        @0;         # nothing new is begun; with a step: when that step comes
    resume       @1;
    cancel       @2;         # ends it, once what may be under way is known
    retry        @3;         # goes on where it failed, stopped or was cancelled
    skip         @4;
    approve      @5;
    note         @6;
    adopt        @7;         # this resource is what the step made
    rollback     @8;         # removes what the migration made
    cleanup      @9;         # removes what was only needed on the way
    decommission @10;        # terminates the source
  }
}

# ---- objects in bulk -----------------------------------------------------------------------------
# A bulk step walks through a listing of objects in pages of at most 1000 names: an event an object
# would flood the ledger. Each page is named by the range of names that it covers.

# A page was listed, and what it asks for is about to be sent. Durable before any of that leaves.
struct BulkBegun {
  step    @0 :UInt16;
  page    @1 :UInt32;        # from 1, in the order of names
  start   @2 :Text;          # names from this one on; empty: from the first
  end     @3 :Text;          # up to this one, which is not included; empty: to the last
  objects @4 :UInt32;        # that the source listed there
  digest  @5 :Data;          # SHA-256 over their names and ETags, each ended by a zero byte
  row     @6 :Text;
}

# What became of a page.
struct BulkEnded {
  step     @0 :UInt16;
  page     @1 :UInt32;
  objects  @2 :UInt64;       # that the source has there, as last listed
  bytes    @3 :UInt64;
  there    @4 :UInt64;       # were there, and alike, when the page was taken up
  copied   @5 :UInt64;
  failed   @6 :UInt64;       # could not be copied; or differ, where only a look was taken
  bySize   @7 :UInt64;       # alike as far as sizes tell, for want of comparable checksums
  digest   @8 :Data;         # sum modulo 2^256, big-endian, of the SHA-256 of each object's name,
                             # size and MD5, each ended by a zero byte: the same for the same
                             # objects, whatever the pages
  failures @9 :List(Field);  # the first of those that failed: name, and why
  soFar    @10 :UInt64;      # objects of all pages of this walk that have ended, this one included
  percent  @11 :UInt8;       # of all objects, as far as their number is known; 0: not known
}
