// Text of the ledger, made safe where a report puts it. It may hold anything at all.
#pragma once

#include <string>
#include <string_view>

namespace migledger::cli {

// For the content of an HTML element, and for attribute values in double quotes. Bytes that are no
// UTF-8 become U+FFFD, control characters that HTML does not allow, too.
std::string html_text(std::string_view text);

// A JSON string, quotes included, that may stand in a script element: "<", ">", "&", U+2028 and
// U+2029 and all control characters are written as \uXXXX; bytes that are no UTF-8 become U+FFFD.
std::string script_string(std::string_view text);

// For a cell of a table in Markdown (GitHub's, GitLab's, Jira's importers): printable, on one line,
// with every character escaped that could begin a link, an element, an emphasis or another cell.
// "longest" characters at most.
std::string markdown_cell(std::string_view text, std::size_t longest = 200);

// As markdown_cell, in a code span, where only "`" and "|" mean something.
std::string markdown_code(std::string_view text, std::size_t longest = 200);

}  // namespace migledger::cli
