// Answers: what a reply, or the pages of a list, say.
#include <boost/json.hpp>

#include "workflow/cloud/json.h"
#include "workflow/model/list_index.h"
#include "workflow/model/step.h"

namespace migledger::workflow {

namespace {

// Parsing a longer list whole takes longer than all that is looked up in it.
constexpr std::size_t kLong = 16 << 10;

}  // namespace

Answer Answer::of(Reply reply, std::vector<std::string> pages) {
  Answer answer;
  answer.reply = std::move(reply);
  std::string& body = answer.reply.body;
  if (answer.reply.ok() && (!pages.empty() || body.size() >= kLong)) {
    pages.push_back(std::move(body));
    body.clear();
    answer.list = ListIndex::of(std::move(pages));
    if (answer.list) return answer;
    body = std::move(pages.back());  // NOLINT(bugprone-use-after-move): left as they were
  } else if (answer.reply.ok()) {
    answer.list = ListIndex::of({body});
  }
  if (body.empty()) return answer;
  if (auto value = parse_json(body))
    answer.json = std::make_shared<const boost::json::value>(std::move(*value));
  return answer;
}

}  // namespace migledger::workflow
