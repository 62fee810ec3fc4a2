// How a run of `oci raw-request` is read. Source: the program's raw_request_cli.py (3.89 to 3.95)
// and captured runs of it.
//
// It prints {"data": …, "headers": {…}, "status": "200 OK"} and exits 0 whatever the status. A
// whole such document on stdout is the service's reply, however the program ended afterwards.
// Without one, the request was certainly not sent only when the program says so in words it uses
// before it connects; everything else is unknown.
#pragma once

#include <string_view>

#include "workflow/cloud/request.h"

namespace migledger::adapters {

struct RawRun {
  int exit_code = -1;  // -1: it did not exit by itself
  int signal = 0;
  std::string_view out;
  std::string_view err;
  bool out_cut = false;     // printed more than we keep
  bool timed_out = false;   // ended by us, at the limit of a call
  bool abandoned = false;   // ended by us, because we stop
  std::string_view target;  // the URL that was asked for
};

// Never throws but for memory. The first word of Reply::error says what to do about it:
//
//   credentials   no valid configuration, profile, key or session, or the environment of the login
//                 is wrong: it will not pass by itself, end the run. Usually not_sent.
//   program       the oci program is missing, broken, or failed before it sent anything (not_sent)
//   usage         the program refused the call as it stands (not_sent)
//   network       could not connect (not_sent), or the connection broke (unknown)
//   timeout       ended at the limit of a call (unknown)
//   interrupted   ended by a signal, ours or another's (unknown)
//   garbled       what it printed is no whole reply (unknown)
//   failed        any other end (unknown)
//
// The rest is one line of printable UTF-8.
//
// Reply::body is the reply's JSON, written anew: the same value, not the same bytes.
workflow::Reply parse_raw_request(const RawRun& run);

}  // namespace migledger::adapters
