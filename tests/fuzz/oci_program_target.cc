// What the oci program prints, and the configuration it shares with us.
// The input: a line of exit code, signal and flags; standard output; standard error; a profile's
// file.
#include <boost/json.hpp>
#include <charconv>

#include "adapters/oci_cli/login/oci_config.h"
#include "adapters/oci_cli/login/setup_error.h"
#include "adapters/oci_cli/login/text.h"
#include "adapters/oci_cli/program/raw_reply.h"
#include "tests/fuzz/target.h"
#include "workflow/cloud/error_class.h"

namespace migledger::fuzz {

namespace {

using workflow::Reply;

int take_number(std::string_view& line) {
  int number = 0;
  const auto [end, bad] = std::from_chars(line.data(), line.data() + line.size(), number);
  line.remove_prefix(static_cast<std::size_t>(end - line.data()));
  if (line.starts_with(' ')) line.remove_prefix(1);
  return bad == std::errc() ? number : 0;
}

void promise_reply(const Reply& reply) {
  if (reply.delivery != Reply::Delivery::replied) {
    promise(reply.error.find(": ") != std::string::npos, "an error says what to do about it");
    promise_printable(reply.error, "an error is printable");
    promise(reply.error.find('\n') == std::string::npos, "an error is one line");
    return;
  }
  promise(reply.status >= 100 && reply.status <= 599, "a reply has a status");
  for (const auto& [name, value] : reply.headers)
    for (const char c : name) promise(c < 'A' || c > 'Z', "names of headers are in lower case");
  (void)reply.retry_after();
  (void)reply.date();
  for (const bool mutates : {false, true})
    (void)workflow::describe(workflow::classify(reply, mutates));
}

}  // namespace

void fuzz_oci_program(std::string_view bytes) {
  auto parts = parts_of(bytes);
  parts.resize(4);
  adapters::RawRun run;
  run.exit_code = take_number(parts[0]);
  run.signal = take_number(parts[0]);
  const int flags = take_number(parts[0]);
  run.out_cut = (flags & 1) != 0;
  run.timed_out = (flags & 2) != 0;
  run.abandoned = (flags & 4) != 0;
  run.out = parts[1];
  run.err = parts[2];
  run.target = "https://iaas.us-ashburn-1.oraclecloud.com/20160918/images";
  promise_reply(adapters::parse_raw_request(run));
  promise_printable(adapters::printable_line(parts[2]), "a line is printable");
  try {
    (void)adapters::read_profile(parts[3], "DEFAULT", "config");
    (void)adapters::read_profile(parts[3], "OTHER", "config");
  } catch (const adapters::SetupError& error) {
    promise(error.kind == adapters::SetupErrorKind::credentials, error.what());
  }
}

}  // namespace migledger::fuzz
