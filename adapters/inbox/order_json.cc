#include "adapters/inbox/order_json.h"

#include <boost/json.hpp>

namespace migledger::adapters {

namespace {

namespace json = boost::json;

std::optional<json::object> object_of(std::string_view text) {
  json::error_code bad;
  auto value = json::parse({text.data(), text.size()}, bad);
  if (bad || !value.is_object()) return std::nullopt;
  return std::move(value.get_object());
}

std::string text_in(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::uint64_t number_in(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  json::error_code bad;
  const auto number = value ? value->to_number<std::uint64_t>(bad) : 0;
  return bad ? 0 : number;
}

}  // namespace

std::string to_json(const workflow::Order& order) {
  return json::serialize(json::object{
      {"id", order.id},
      {"verb", workflow::name_of(order.verb)},
      {"migration", order.migration},
      {"step", order.step},
      {"resource", order.resource},
      {"reason", order.reason},
      {"user", order.user},
      {"host", order.host},
      {"pid", order.pid},
      {"login_uid", order.login_uid ? json::value(*order.login_uid) : json::value(nullptr)},
      {"sudo_user", order.sudo_user},
      {"cloud_login", order.cloud_login}});
}

std::string to_json(const workflow::OrderAnswer& answer) {
  return json::serialize(json::object{
      {"taken", answer.taken}, {"position", answer.position}, {"words", answer.words}});
}

std::optional<workflow::Order> order_from_json(std::string_view text) {
  const auto object = object_of(text);
  if (!object) return std::nullopt;
  const auto verb = workflow::verb_named(text_in(*object, "verb"));
  workflow::Order order;
  order.id = text_in(*object, "id");
  if (!verb || order.id.empty()) return std::nullopt;
  order.verb = *verb;
  order.migration = text_in(*object, "migration");
  order.step = text_in(*object, "step");
  order.resource = text_in(*object, "resource");
  order.reason = text_in(*object, "reason");
  order.user = text_in(*object, "user");
  order.host = text_in(*object, "host");
  order.pid = static_cast<std::uint32_t>(number_in(*object, "pid"));
  if (const auto* uid = object->if_contains("login_uid"); uid && !uid->is_null())
    order.login_uid = static_cast<std::uint32_t>(number_in(*object, "login_uid"));
  order.sudo_user = text_in(*object, "sudo_user");
  order.cloud_login = text_in(*object, "cloud_login");
  return order;
}

std::optional<workflow::OrderAnswer> answer_from_json(std::string_view text) {
  const auto object = object_of(text);
  if (!object) return std::nullopt;
  const auto* taken = object->if_contains("taken");
  if (!taken || !taken->is_bool()) return std::nullopt;
  return workflow::OrderAnswer{taken->get_bool(), number_in(*object, "position"),
                               text_in(*object, "words")};
}

}  // namespace migledger::adapters
