#include "workflow/model/approval.h"

#include <array>
#include <utility>

namespace migledger::workflow {

namespace {

constexpr std::array<std::pair<ApprovalKind, std::string_view>, 3> kKinds = {{
    {ApprovalKind::DOWNTIME, "downtime"},
    {ApprovalKind::CUTOVER, "cutover"},
    {ApprovalKind::TERMINATION, "termination"},
}};

}  // namespace

std::string_view name_of(ApprovalKind kind) {
  for (const auto& [known, name] : kKinds)
    if (known == kind) return name;
  return {};
}

std::optional<ApprovalKind> approval_kind_named(std::string_view name) {
  for (const auto& [kind, known] : kKinds)
    if (known == name) return kind;
  return std::nullopt;
}

bool wants_reason(ApprovalKind kind) {
  return kind == ApprovalKind::CUTOVER || kind == ApprovalKind::TERMINATION;
}

bool Approvals::cover(ApprovalKind kind, bool waited) const {
  return kinds.count(kind) != 0 || (waiting && waited && kind != ApprovalKind::TERMINATION);
}

Approvals approve_all() {
  Approvals all{{}, true, "all"};
  for (const auto& [kind, name] : kKinds) all.kinds.insert(kind);
  return all;
}

}  // namespace migledger::workflow
