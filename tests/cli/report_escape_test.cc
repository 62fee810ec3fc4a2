#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "cli/report/escape.h"

using namespace migledger::cli;

TEST_CASE("text for HTML cannot become an element, an entity or the end of an attribute") {
  CHECK(html_text("<b onclick=\"x('y')\">&amp;") ==
        "&lt;b onclick=&quot;x(&#39;y&#39;)&quot;&gt;&amp;amp;");
  CHECK(html_text("a\nb\tc") == "a\nb\tc");
  CHECK(html_text(std::string_view("\0\x01\x7f", 3)) == "\uFFFD\uFFFD\uFFFD");
  CHECK(html_text("\xff") == "\uFFFD");
  CHECK(html_text("שלום 🚀") == "שלום 🚀");
}

TEST_CASE("a string in a script element cannot end it, and reads back as it was") {
  const std::string hostile =
      "</script><!-- <script> ]]> \xE2\x80\xA8 \xE2\x80\xA9 \" \\ & \x01 \x7f \n שלום 🚀";
  const std::string text = script_string(hostile);
  CHECK(text.find('<') == std::string::npos);
  CHECK(text.find('>') == std::string::npos);
  CHECK(text.find('&') == std::string::npos);
  CHECK(text.find("\xE2\x80\xA8") == std::string::npos);
  CHECK(text.find("\xE2\x80\xA9") == std::string::npos);
  for (const char c : text) CHECK((c < 0 || c >= 0x20));
  CHECK(boost::json::parse(text).as_string() == hostile);
  CHECK(script_string("\xc3\x28") == "\"\uFFFD(\"");
}

TEST_CASE("text for a Markdown cell is one cell, and no link, element or mention") {
  CHECK(markdown_cell("a|b\nc") == "a\\|b\\\\x0ac");
  CHECK(markdown_cell("<img src=x>") == "&lt;img src=x&gt;");
  CHECK(markdown_cell("[x](http://evil) @all #1 *b* _i_ `c` ~s~ $m$") ==
        "\\[x\\]\\(http&#58;//evil\\) &#64;all &#35;1 \\*b\\* \\_i\\_ \\`c\\` \\~s\\~ \\$m\\$");
  CHECK(markdown_cell("1234567", 3) == "123…");
}

TEST_CASE("text for a Markdown code span cannot end it") {
  CHECK(markdown_code("plain") == "`plain`");
  CHECK(markdown_code("a`b") == "``a`b``");
  CHECK(markdown_code("``") == "``` `` ```");
  CHECK(markdown_code("a|b") == "`a\\|b`");
  CHECK(markdown_code("").empty());
}
