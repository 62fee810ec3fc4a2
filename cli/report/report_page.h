// The parts of the page of `report --html`, as the files in cli/report/ have them.
#pragma once

#include <string_view>

namespace migledger::cli {

extern const std::string_view kPageHtml;  // with {{NAME}} where something is filled in
extern const std::string_view kPageCss;
extern const std::string_view kPageJs;

}  // namespace migledger::cli
