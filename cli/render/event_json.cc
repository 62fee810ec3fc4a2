#include "cli/render/event_json.h"

#include <capnp/dynamic.h>
#include <kj/encoding.h>

#include <boost/json.hpp>

#include "cli/base/json_text.h"
#include "cli/render/event_kind.h"

namespace migledger::cli {

namespace {

namespace json = boost::json;
using capnp::DynamicList;
using capnp::DynamicStruct;
using capnp::DynamicValue;

std::string snake_case(kj::StringPtr camel) {
  std::string out;
  for (const char c : camel) {
    if (c >= 'A' && c <= 'Z') {
      out += '_';
      out += static_cast<char>(c - 'A' + 'a');
    } else {
      out += c;
    }
  }
  return out;
}

kj::ArrayPtr<const kj::byte> kj_bytes(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const kj::byte*>(bytes.data()), bytes.size()};
}

json::value of_value(DynamicValue::Reader value);
json::object of_struct(DynamicStruct::Reader from);

bool is_field_list(DynamicList::Reader list) {
  const auto type = list.getSchema();
  return type.whichElementType() == capnp::schema::Type::STRUCT &&
         type.getStructElementType() == capnp::Schema::from<ledger::schema::Field>();
}

json::value of_list(DynamicList::Reader list) {
  if (is_field_list(list)) {
    json::object fields;
    for (const auto element : list) {
      const auto field = element.as<DynamicStruct>().as<ledger::schema::Field>();
      fields[json_text(ledger::view(field.getName()))] = json_text(ledger::view(field.getValue()));
    }
    return fields;
  }
  json::array array;
  for (const auto element : list) array.push_back(of_value(element));
  return array;
}

json::value of_value(DynamicValue::Reader value) {
  switch (value.getType()) {
    case DynamicValue::BOOL:
      return value.as<bool>();
    case DynamicValue::INT:
      return value.as<std::int64_t>();
    case DynamicValue::UINT:
      return value.as<std::uint64_t>();
    case DynamicValue::TEXT:
      return json::value(json_text(ledger::view(value.as<capnp::Text>())));
    case DynamicValue::DATA:
      return kj::encodeHex(value.as<capnp::Data>()).cStr();
    case DynamicValue::LIST:
      return of_list(value.as<DynamicList>());
    case DynamicValue::STRUCT:
      return of_struct(value.as<DynamicStruct>());
    case DynamicValue::ENUM: {
      const auto enumeration = value.as<capnp::DynamicEnum>();
      KJ_IF_MAYBE (enumerant, enumeration.getEnumerant()) {
        return enumerant->getProto().getName().cStr();
      }
      return enumeration.getRaw();  // of a newer version
    }
    default:
      return nullptr;
  }
}

bool is_empty(const json::value& value) {
  return value.is_null() || (value.is_string() && value.get_string().empty()) ||
         (value.is_array() && value.get_array().empty()) ||
         (value.is_object() && value.get_object().empty());
}

json::object of_struct(DynamicStruct::Reader from) {
  json::object to;
  for (const auto field : from.getSchema().getNonUnionFields()) {
    const auto name = field.getProto().getName();
    if (!from.has(field, capnp::HasMode::NON_NULL)) continue;
    if (name == "cloudTime") {
      const auto time = from.get(field).as<std::int64_t>();
      if (time != 0) to["cloud_time"] = format_utc(time_from_micros(time));
      continue;
    }
    json::value value = of_value(from.get(field));
    if (!is_empty(value)) to[snake_case(name)] = std::move(value);
  }
  return to;
}

}  // namespace

json::object body_json(ledger::schema::Event::Reader event) {
  const DynamicStruct::Reader body = event.getBody();
  KJ_IF_MAYBE (field, body.which()) {
    const auto value = body.get(*field);
    if (value.getType() == DynamicValue::STRUCT) return of_struct(value.as<DynamicStruct>());
  }
  return {};
}

json::object event_json(ledger::schema::Event::Reader event, std::span<const std::byte> bytes,
                        Names& names, bool simulated) {
  json::object object;
  if (simulated) object["simulated"] = true;
  object["position"] = event.getPosition();
  object["stream"] = event.getStream();
  object["version"] = event.getVersion();
  object["time"] = format_utc(time_from_micros(event.getTime()));
  object["raw_time"] = format_utc(time_from_micros(event.getRawTime()));
  object["session"] = event.getSession();
  if (event.getSession() != 0) object["actor"] = json_text(names.actor(event.getSession()));
  object["cause"] = event.getCause();
  if (event.getStream() != ledger::kLedgerStream)
    object["migration"] = json_text(names.migration(event.getStream()));
  if (const auto mention = step_of(event))
    object["step"] = json_text(names.step(event.getStream(), mention->step));
  object["kind"] = kind_of(event);
  if (is_known(event)) {
    object["body"] = body_json(event);
  } else {
    object["discriminant"] = static_cast<std::uint16_t>(event.getBody().which());
    object["bytes"] = kj::encodeBase64(kj_bytes(bytes)).cStr();
  }
  return object;
}

}  // namespace migledger::cli
