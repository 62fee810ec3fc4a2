#include "workflow/reconcile/reconcile_cloud.h"

#include "ledger/base/md5.h"
#include "workflow/steps/oci_api.h"

namespace migledger::workflow {

using boost::json::value;

std::size_t Readings::ask(Request request) {
  const auto [known, is_new] = index_.emplace(
      Key(request.region, request.service, request.path, request.query, request.body),
      requests_.size());
  if (is_new) requests_.push_back(std::move(request));
  return known->second;
}

void Readings::read() {
  const auto from = requests_.begin() + static_cast<std::ptrdiff_t>(answers_.size());
  auto answers = read_all(cloud_, clock_, next_call_, {from, requests_.end()});
  std::move(answers.begin(), answers.end(), std::back_inserter(answers_));
}

bool is_there(const MadeKind& kind, const value& item) {
  return !kind.alive || kind.alive(text(&item, "lifecycleState"));
}

std::string state_words(const value& item) {
  const auto state = text(&item, "lifecycleState");
  return std::string(state.empty() ? std::string_view("there") : state);
}

ListIndex::Item element(const MadeKind& kind, const ListIndex& list, std::string_view id) {
  if (kind.id_member == "id") return list.by_id(id);
  auto named = list.named(id);
  return named.empty() ? nullptr : std::make_shared<const value>(std::move(named.front()));
}

bool contains_just(const value& item, std::string_view content) {
  return !content.empty() && text(&item, "md5") == ledger::content_md5(content);
}

Seen see(const MadeKind& kind, std::string_view id, const Answer& answer) {
  if (answer.reply.status == 404) return {true, nullptr};
  if (!answer.reply.ok()) return {};
  if (kind.marks == Marks::content)
    return {false, answer.json ? answer.json : std::make_shared<const value>()};
  if (answer.list) {
    auto item = element(kind, *answer.list, id);
    return {item == nullptr, std::move(item)};
  }
  return {false, text(answer.json.get(), kind.id_member) == id ? answer.json : nullptr};
}

std::optional<std::string> key_of(const MadeKind& kind, const value& item,
                                  std::string_view ledger_id) {
  switch (kind.marks) {
    case Marks::tags: {
      const auto* tags = member(&item, "freeformTags");
      if (text(tags, kTagLedger) != ledger_id) return std::nullopt;
      return std::string(text(tags, kTagKey));
    }
    case Marks::name: {
      auto name = text(&item, "name");
      if (name.empty()) name = text(&item, "displayName");
      const auto key = kind.id_member == "name" ? key_of_object(name) : name;
      if (!is_key_of(key, ledger_id)) return std::nullopt;
      return std::string(key);
    }
    case Marks::content:
      if (!text(&item, "name").starts_with(kClaims)) return std::nullopt;
      return std::string();
  }
  return std::nullopt;
}

}  // namespace migledger::workflow
