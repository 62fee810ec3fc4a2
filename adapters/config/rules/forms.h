// The forms of the values in a configuration. plan.schema.json says the same; a test compares them.
// Lengths are in characters.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "adapters/catalog/names.h"

namespace migledger::adapters {

// "us-ashburn-1": lower-case words and a number, as in
// https://docs.oracle.com/iaas/Content/General/Concepts/regions.htm.
bool is_region(std::string_view text);

// An OCID of that kind (catalog/ocid.h).
bool is_ocid(std::string_view text, std::string_view kind);

// "Uocm:PHX-AD-1": the tenancy's prefix, then the name; no region has more than three.
bool is_availability_domain(std::string_view text);

// "VM.Standard.E4.Flex".
bool is_shape(std::string_view text);

// A name for people: 1 to 255 characters, no control characters.
bool is_display_name(std::string_view text);

// The name of a migration: 1 to 63 of [A-Za-z0-9._-], the first a letter or digit.
bool is_migration_name(std::string_view text);

// A path: 1 to 4096 characters, no control characters.
bool is_path(std::string_view text);

// "https://host[:port][/path]" or http, without user, query or fragment.
bool is_base_url(std::string_view text);

// "10.0.0.5": an IPv4 address that an interface can have.
bool is_ipv4_address(std::string_view text);

// "10.0.0.0/16".
bool is_ipv4_block(std::string_view text);

// 1 to 255 of [A-Za-z0-9._-].
bool is_metadata_key(std::string_view text);

// No control characters but tab and line ends.
bool is_multi_line_text(std::string_view text);

// RFC 4648, section 4; line ends are allowed.
bool is_base64(std::string_view text);

// The name of a tag (catalog/names.h), and not one of ours ("migledger-…", in any case).
bool is_tag_key(std::string_view text);

// Up to 256 characters, no control characters.
bool is_tag_value(std::string_view text);

// A file of public keys as ssh has them: at least one, and in each line that is not empty and no
// comment.
bool is_public_key_file(std::string_view text);

// The value of a JSON number; nothing when it is beyond a double.
std::optional<double> number_value(std::string_view json_number);

// "30", "0.5": the shortest text of a number, whole numbers without a point.
std::string number_text(double value);

}  // namespace migledger::adapters
