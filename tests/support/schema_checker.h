// A small checker for JSON Schema, written from the specification (draft 2020-12) alone, so that it
// shares nothing with the validator it is compared to. It knows the keywords that plan.schema.json
// uses and refuses to pass over any other.
#pragma once

#include <boost/json/value.hpp>
#include <string>

namespace migledger::test {

class SchemaChecker {
 public:
  explicit SchemaChecker(boost::json::value schema) : schema_(std::move(schema)) {}

  // Whether `instance` is valid. Throws std::logic_error for a keyword it does not know.
  bool valid(const boost::json::value& instance) const { return valid(instance, schema_); }

 private:
  bool valid(const boost::json::value& instance, const boost::json::value& schema) const;
  bool keyword(const boost::json::value& instance, const boost::json::object& schema,
               const std::string& name, const boost::json::value& argument) const;

  boost::json::value schema_;
};

}  // namespace migledger::test
