#include "adapters/sim/world/faults.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>

namespace migledger::adapters::sim {

namespace json = boost::json;

namespace {

constexpr std::array<std::string_view, kFaultCount> kNames = {"none",
                                                              "not_sent",
                                                              "throttled",
                                                              "error_before",
                                                              "error_after",
                                                              "lost_before",
                                                              "lost_after",
                                                              "delayed",
                                                              "unauthorized",
                                                              "work_request_fails",
                                                              "out_of_capacity",
                                                              "limit_exceeded",
                                                              "token_invalidated"};

class Reader {
 public:
  explicit Reader(std::string_view file) : file_(file) {}

  [[noreturn]] void fail(std::string_view where, std::string_view what) const {
    throw FaultsError(fmt::format("{}: {}: {}", file_, where, what));
  }
  const json::object& object(const json::value& v, std::string_view where) const {
    if (!v.is_object()) fail(where, "must be an object");
    return v.get_object();
  }
  const json::array& array(const json::value& v, std::string_view where) const {
    if (!v.is_array()) fail(where, "must be a list");
    return v.get_array();
  }
  std::string string(const json::value& v, std::string_view where) const {
    if (!v.is_string()) fail(where, "must be a string");
    return std::string(v.get_string());
  }
  double number(const json::value& v, std::string_view where, double most) const {
    const double n = v.is_number() ? v.to_number<double>() : -1;
    if (!(n >= 0 && n <= most)) fail(where, fmt::format("must be a number from 0 to {}", most));
    return n;
  }
  std::uint64_t count(const json::value& v, std::string_view where) const {
    const double n = number(v, where, 1e15);
    if (n != std::floor(n)) fail(where, "must be a whole number");
    return static_cast<std::uint64_t>(n);
  }
  Fault fault(std::string_view name, std::string_view where) const {
    const auto found = fault_named(name);
    if (!found || *found == Fault::none)
      fail(where, fmt::format("there is no fault \"{}\"; there are {}", name,
                              fmt::join(kNames.begin() + 1, kNames.end(), ", ")));
    return *found;
  }
  Duration seconds(const json::value& v, std::string_view where) const {
    return Duration(static_cast<std::int64_t>(number(v, where, 1e9) * 1e6));
  }
  Range range(const json::value& v, std::string_view where) const {
    const json::array& a = array(v, where);
    if (a.size() != 2) fail(where, "must be a list of two numbers: at least, at most");
    const Range r{seconds(a[0], where), seconds(a[1], where)};
    if (r.to < r.from) fail(where, "must begin with the smaller number");
    return r;
  }

 private:
  std::string file_;
};

ScriptedFault read_scripted(const Reader& in, const json::value& value, const std::string& where) {
  ScriptedFault s;
  for (const auto& [key, v] : in.object(value, where)) {
    const std::string at = where + "." + std::string(key);
    if (key == "fault") {
      s.fault = in.fault(in.string(v, at), at);
    } else if (key == "method") {
      s.method = in.string(v, at);
    } else if (key == "path") {
      s.path = in.string(v, at);
    } else if (key == "region") {
      s.region = in.string(v, at);
    } else if (key == "call") {
      s.call = in.count(v, at);
      if (s.call == 0) in.fail(at, "calls are counted from 1");
    } else if (key == "times") {
      s.times = in.count(v, at);
    } else if (key == "status") {
      s.status = static_cast<int>(in.count(v, at));
      if (s.status != 500 && s.status != 503) in.fail(at, "must be 500 or 503");
    } else if (key == "seconds") {
      s.wait = in.seconds(v, at);
    } else {
      in.fail(at,
              "no such key; there are fault, method, path, region, call, times, status, "
              "seconds");
    }
  }
  if (s.fault == Fault::none) in.fail(where + ".fault", "is missing");
  return s;
}

CapacityRule read_capacity(const Reader& in, const json::value& value, const std::string& where) {
  CapacityRule rule;
  for (const auto& [key, v] : in.object(value, where)) {
    const std::string at = where + "." + std::string(key);
    if (key == "availability_domain") {
      rule.availability_domain = in.string(v, at);
    } else if (key == "fault_domain") {
      rule.fault_domain = in.string(v, at);
    } else if (key == "refusals") {
      rule.refusals = in.count(v, at);
    } else {
      in.fail(at, "no such key; there are availability_domain, fault_domain, refusals");
    }
  }
  return rule;
}

ReplicationRule read_replication(const Reader& in, const json::value& value,
                                 const std::string& where) {
  ReplicationRule rule;
  for (const auto& [key, v] : in.object(value, where)) {
    const std::string at = where + "." + std::string(key);
    if (key == "from") {
      rule.from = in.string(v, at);
    } else if (key == "to") {
      rule.to = in.string(v, at);
    } else if (key == "volume") {
      rule.volume = in.string(v, at);
    } else {
      in.fail(at, "no such key; there are from, to, volume");
    }
  }
  return rule;
}

ShapeRule read_shape_rule(const Reader& in, const json::value& value, const std::string& where) {
  ShapeRule rule;
  for (const auto& [key, v] : in.object(value, where)) {
    const std::string at = where + "." + std::string(key);
    if (key == "availability_domain") {
      rule.availability_domain = in.string(v, at);
    } else if (key == "shape") {
      rule.shape = in.string(v, at);
    } else if (key == "hidden") {
      if (!v.is_bool()) in.fail(at, "must be true or false");
      rule.hidden = v.get_bool();
    } else {
      in.fail(at, "no such key; there are availability_domain, shape, hidden");
    }
  }
  if (rule.shape.empty()) in.fail(where + ".shape", "is missing");
  return rule;
}

}  // namespace

std::string_view provisioned_members(const Faults& faults, std::string_view what) {
  for (const auto& [name, members] : faults.provisioned)
    if (name == what) return members;
  return {};
}

std::string_view name_of(Fault fault) { return kNames[static_cast<std::size_t>(fault)]; }

std::optional<Fault> fault_named(std::string_view name) {
  const auto it = std::find(kNames.begin(), kNames.end(), name);
  if (it == kNames.end()) return std::nullopt;
  return static_cast<Fault>(it - kNames.begin());
}

Faults parse_faults(std::string_view text, std::string_view file) {
  const Reader in(file);
  json::error_code error;
  const json::value value = json::parse(text, error);
  if (error) in.fail("the file", fmt::format("is not JSON: {}", error.message()));
  Faults faults;
  for (const auto& [key, v] : in.object(value, "the file")) {
    const std::string at(key);
    if (key == "rates") {
      for (const auto& [name, rate] : in.object(v, at)) {
        const std::string where = at + "." + std::string(name);
        faults.rates[static_cast<std::size_t>(in.fault(name, where))] = in.number(rate, where, 1);
      }
    } else if (key == "scripted") {
      std::size_t n = 0;
      for (const json::value& one : in.array(v, at))
        faults.scripted.push_back(read_scripted(in, one, fmt::format("scripted[{}]", n++)));
    } else if (key == "out_of_capacity") {
      std::size_t n = 0;
      for (const json::value& one : in.array(v, at))
        faults.out_of_capacity.push_back(
            read_capacity(in, one, fmt::format("out_of_capacity[{}]", n++)));
    } else if (key == "no_replication") {
      std::size_t n = 0;
      for (const json::value& one : in.array(v, at))
        faults.no_replication.push_back(
            read_replication(in, one, fmt::format("no_replication[{}]", n++)));
    } else if (key == "no_shape") {
      std::size_t n = 0;
      for (const json::value& one : in.array(v, at))
        faults.no_shape.push_back(read_shape_rule(in, one, fmt::format("no_shape[{}]", n++)));
    } else if (key == "provisioned") {
      for (const auto& [name, members] : in.object(v, at)) {
        const std::string where = at + "." + std::string(name);
        if (std::find(kProvisioned.begin(), kProvisioned.end(), std::string_view(name)) ==
            kProvisioned.end())
          in.fail(where, fmt::format("no such key; there are {}", fmt::join(kProvisioned, ", ")));
        faults.provisioned.emplace_back(name, json::serialize(in.object(members, where)));
      }
    } else if (key == "limits") {
      for (const auto& [name, limit] : in.object(v, at))
        faults.limits.emplace_back(
            name, static_cast<std::int64_t>(in.count(limit, at + "." + std::string(name))));
    } else if (key == "unauthorized_from_call") {
      faults.unauthorized_from_call = in.count(v, at);
    } else if (key == "list_lag_seconds") {
      faults.list_lag = in.range(v, at);
    } else if (key == "search_lag_seconds") {
      faults.search_lag = in.range(v, at);
    } else if (key == "no_service_policy") {
      if (!v.is_bool()) in.fail(at, "must be true or false");
      faults.no_service_policy = v.get_bool();
    } else if (key == "archived_objects") {
      faults.archived_objects = in.count(v, at);
    } else if (key == "customer_key_objects") {
      faults.customer_key_objects = in.count(v, at);
    } else {
      in.fail(at,
              "no such key; there are rates, scripted, out_of_capacity, no_replication, no_shape, "
              "provisioned, limits, unauthorized_from_call, list_lag_seconds, search_lag_seconds, "
              "no_service_policy, "
              "archived_objects, customer_key_objects");
    }
  }
  return faults;
}

}  // namespace migledger::adapters::sim
