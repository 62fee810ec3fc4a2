#include "workflow/model/bulk.h"

#include <fmt/format.h>

#include "workflow/cloud/json.h"

namespace migledger::workflow {

namespace {

// https://docs.oracle.com/en-us/iaas/Content/Object/Tasks/managingobjects.htm
constexpr std::size_t kLongestName = 1024;

bool of_parts(const ListedObject& object) { return object.md5.find('-') != std::string::npos; }

ListedObject object_of(const boost::json::value& item) {
  ListedObject object;
  object.name = text(&item, "name");
  object.etag = text(&item, "etag");
  object.md5 = text(&item, "md5");
  object.size = whole_number(&item, "size");
  const auto modified = text(&item, "timeModified");
  object.modified =
      parse_rfc3339(modified.empty() ? text(&item, "timeCreated") : modified).value_or(Time{});
  const auto state = text(&item, "archivalState");
  object.archived = state == "Archived" || state == "Restoring";
  return object;
}

void append_part(std::string& joined, std::string_view part) {
  joined.append(part).push_back('\0');
}

}  // namespace

std::optional<Listing> listing_of(const Reply& reply) {
  if (!reply.ok()) return std::nullopt;
  // Read once and dropped: its thousands of small parts are taken from a few large pieces.
  boost::json::monotonic_resource memory(reply.body.size());
  boost::system::error_code bad;
  const boost::json::value json = boost::json::parse(reply.body, bad, &memory);
  const auto* objects = bad ? nullptr : member(&json, "objects");
  if (!objects || !objects->is_array()) return std::nullopt;
  Listing listing;
  listing.objects.reserve(objects->get_array().size());
  for (const auto& item : objects->get_array()) {
    listing.objects.push_back(object_of(item));
    const auto& name = listing.objects.back().name;
    if (name.empty() || name.size() > kLongestName) return std::nullopt;
  }
  listing.next = text(&json, "nextStartWith");
  if (listing.next.size() > kLongestName) return std::nullopt;
  return listing;
}

Likeness likeness(const ListedObject& source, const ListedObject& target) {
  if (source.size != target.size) return Likeness::different;
  if (!source.etag.empty() && source.etag == target.etag) return Likeness::alike;
  if (!source.md5.empty() && source.md5 == target.md5) return Likeness::alike;
  const bool comparable =
      !source.md5.empty() && !target.md5.empty() && !of_parts(source) && !of_parts(target);
  if (comparable || source.modified > target.modified) return Likeness::different;
  return Likeness::alike_by_size;
}

std::string difference(const ListedObject& source, const ListedObject& target) {
  if (source.size != target.size)
    return fmt::format("{} bytes at the source, {} at the target", source.size, target.size);
  if (source.modified > target.modified) return "changed at the source since";
  return fmt::format("MD5 {} at the source, {} at the target", source.md5, target.md5);
}

ledger::Digest page_digest(const std::vector<ListedObject>& objects) {
  std::string joined;
  for (const auto& object : objects) {
    append_part(joined, object.name);
    append_part(joined, object.etag);
  }
  return ledger::sha256(ledger::bytes_of(joined));
}

ledger::Digest member_digest(const ListedObject& object) {
  std::string joined;
  append_part(joined, object.name);
  append_part(joined, std::to_string(object.size));
  append_part(joined, object.md5);
  return ledger::sha256(ledger::bytes_of(joined));
}

}  // namespace migledger::workflow
