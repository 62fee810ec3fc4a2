// What people and other processes hand over in small pieces: moments and times, orders, files of
// faults, base URLs, names.
// The input: a line that says which; the text.
#include <fmt/format.h>

#include <boost/json.hpp>

#include "adapters/inbox/order_json.h"
#include "adapters/oci_cli/login/endpoints.h"
#include "adapters/sim/tenancy.h"
#include "adapters/sim/world/faults.h"
#include "cli/base/json_text.h"
#include "cli/base/moment.h"
#include "cli/base/terminal.h"
#include "cli/base/usage_error.h"
#include "cli/render/event_csv.h"
#include "cli/render/event_kind.h"
#include "ledger/base/printable.h"
#include "ledger/base/utf8.h"
#include "tests/fuzz/target.h"
#include "tests/support/history_builder.h"
#include "workflow/cloud/redact.h"
#include "workflow/cloud/request.h"
#include "workflow/model/plan.h"

namespace migledger::fuzz {

namespace {

template <typename Use>
void used(Use&& use) {
  try {
    use();
  } catch (const cli::UsageError& error) {
    promise_printable(error.what(), "an error of usage is printable");
  }
}

void moment(std::string_view text) {
  static const testing::HistoryBuilder* const history = [] {
    auto* builder = new testing::HistoryBuilder;
    builder->session().start("web-1").checks_done();
    return builder;
  }();
  used([&] {
    const auto moment = cli::parse_moment("--until", text);
    const auto& store = history->store();
    promise(cli::first_since(store, "--since", moment) <= store.head().position + 1,
            "since lies within");
    const auto position = cli::last_until(store, "--until", moment);
    promise(position <= store.head().position, "until lies within");
    (void)cli::time_at(store, position);
  });
}

void times(std::string_view text) {
  if (const auto time = parse_rfc3339(text)) {
    promise(parse_rfc3339(format_utc(*time)) == *time, "a time that is written is read again");
    (void)format_local(*time);
    (void)format_http_date(*time);
    (void)format_duration(time->time_since_epoch());
  }
  if (const auto time = parse_http_date(text))
    promise(parse_http_date(format_http_date(*time)) == *time, "an HTTP date is read again");
  workflow::Reply reply;
  reply.headers = {{"retry-after", std::string(text)}, {"date", std::string(text)}};
  if (const auto wait = reply.retry_after())
    promise(*wait >= Duration::zero(), "nobody waits for less than no time");
}

void orders(std::string_view text) {
  if (const auto order = adapters::order_from_json(text)) {
    const std::string written = adapters::to_json(*order);
    const auto again = adapters::order_from_json(written);
    promise(again && adapters::to_json(*again) == written, "an order that is written is read");
  }
  if (const auto answer = adapters::answer_from_json(text)) {
    const std::string written = adapters::to_json(*answer);
    const auto again = adapters::answer_from_json(written);
    promise(again && adapters::to_json(*again) == written, "an answer that is written is read");
  }
}

void faults(std::string_view text) {
  try {
    adapters::sim::TenancyOptions options;
    options.faults = adapters::sim::parse_faults(text, "faults.json");
    options.regions = {"us-ashburn-1"};
    adapters::sim::Tenancy tenancy(options, nullptr);
    workflow::Request request;
    request.region = "us-ashburn-1";
    request.path = "/20160918/images";
    (void)tenancy.handle(request, Time(std::chrono::seconds(1'800'000'000)));
  } catch (const adapters::sim::FaultsError&) {
  }
}

void names(std::string_view text) {
  used([&] { cli::check_kind("--type", text); });
  (void)adapters::base_url_problem(text);
  (void)adapters::realm_of(text);
  for (const std::size_t most : {0u, 1u, 7u, 255u}) {
    const std::string shown = printable(text, most);
    promise_printable(shown, "what is printable is");
    promise(shown.find('\n') == std::string::npos, "what is printable is one line");
    promise_printable(cli::fit(shown, most), "what fits is printable");
    promise(most == 0 || cli::display_width(cli::fit(shown, most)) <= most, "what fits does");
    (void)cli::pad(shown, most);
  }
  promise_printable(cli::shorten_ocids(printable(text)), "a shortened text is printable");
  promise(invalid_utf8_at(cli::json_text(text)) == std::string_view::npos, "JSON text is UTF-8");
  (void)cli::csv_cell(text);
}

void secrets(std::string_view text) {
  // Any token between "/p/" and "/n/" is gone.
  const std::string shown = workflow::redact_text(text);
  promise(workflow::redact_text(shown) == shown, "what is redacted holds no secret");
  // Redacting anew writes JSON anew, and hides nothing more.
  const std::string body = workflow::redact_body(text);
  const std::string again = workflow::redact_body(body);
  boost::json::error_code bad, bad_again;
  const auto value = boost::json::parse(body, bad);
  const auto value_again = boost::json::parse(again, bad_again);
  promise(bad ? again == body : !bad_again && value == value_again,
          "a body that is redacted holds no secret");
  workflow::Secrets known;
  const std::string added = known.add("name", text);
  const std::string sealed = known.seal(added, "vm", workflow::SecretKey({}));
  const std::string request = "{\"a\":\"" + sealed + "\"}";
  const auto filled = known.fill(request);
  promise(filled.has_value(), "a secret that is known is filled in");
  promise(text.size() < 4 || known.hide(text, request).find(text) == std::string::npos,
          "a secret that a reply repeats is hidden");
  (void)known.fill(text);
  (void)workflow::percent_encode(text, true);
}

}  // namespace

void fuzz_arguments(std::string_view bytes) {
  const auto which = take_line(bytes);
  if (which == "moment") return moment(bytes);
  if (which == "time") return times(bytes);
  if (which == "order") return orders(bytes);
  if (which == "faults") return faults(bytes);
  if (which == "name") return names(bytes);
  if (which == "secret") return secrets(bytes);
}

}  // namespace migledger::fuzz
