// Configurations for tests.
#pragma once

#include <boost/json/object.hpp>
#include <string>

namespace migledger::test {

// What a user of the old script has: its twelve keys.
boost::json::object old_config();

// The same without what names the work alone: "defaults" of a plan.
boost::json::object plan_defaults();

// A migration of a plan, complete with plan_defaults(): name and source_instance_id.
boost::json::object plan_migration(const std::string& name);

// Two migrations, the second waits for the first.
boost::json::object plan_of_two();

// A file of one migration of the volume workflow.
boost::json::object volume_config();

}  // namespace migledger::test
