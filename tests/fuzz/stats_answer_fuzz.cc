// SPDX-License-Identifier: GPL-2.0-only
//
// What a server of statistics answers to a client: the first line as metadata, the others as
// statistics. The parser of answers, and what makes text of them.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "fuzz.h"
#include "scx/stats/match.h"
#include "scx/stats/openmetrics.h"
#include "scx/stats/view.h"
#include "wire.h"

namespace scx::stats::fuzz {
namespace {

using scx::fuzz::require;

// Nothing that a terminal would take for more than text.
bool is_tame(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x20 || c == 0x7f) return false;
    if (c == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0)
      return false;
  }
  std::string string;  // of JSON, which is UTF-8
  for (const char c : text) string.append(c == '"' || c == '\\' ? "\\" : "").push_back(c);
  return nlohmann::json::accept('"' + string + '"');
}

void require_readable(const Error& error) {
  scx::fuzz::require_readable(error);
  require(is_tame(error.message()), "an error is printable");
}

void check_text(const Result<std::string>& text) {
  if (!text) return require_readable(text.error());
  std::string lines = *text;
  std::ranges::replace(lines, '\n', ' ');
  require(is_tame(lines), "a view is printable");
}

Result<Json> value_of(std::string_view line) {
  auto answer = wire::parse_answer(line);
  if (!answer) {
    require_readable(answer.error());
    return std::unexpected(std::move(answer).error());
  }
  require(answer->err >= 0, "an errno is not negative");
  if (answer->err != 0) return fail(ErrorKind::invalid, "an error was answered");
  require(nlohmann::json::accept(answer->value.text), "a value is JSON");
  require(is_tame(answer->value.text), "a value is printable");
  require(is_shallow(answer->value.text), "a value is not too deep");
  return std::move(answer->value);
}

void run(std::string_view rest) {
  const auto next_line = [&rest] {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    return line;
  };
  const auto metadata = value_of(next_line());
  if (metadata) check_text(describe(*metadata));
  auto metrics = metadata ? OpenMetrics::make(*metadata, {}) : std::unexpected(metadata.error());
  if (!metrics) require_readable(metrics.error());
  auto view = metadata ? View::make(*metadata) : std::unexpected(metadata.error());
  while (!rest.empty()) {
    const auto value = value_of(next_line());
    if (value && view) check_text(view->render(*value, Seconds(1)));
    if (value && metrics) check_text(metrics->render(*value));
    if (!value || !metadata) continue;
    const auto matched = match(*metadata, "tops", *value);
    if (!matched) require_readable(matched.error());
  }
}

}  // namespace
}  // namespace scx::stats::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  scx::stats::fuzz::run(scx::fuzz::text_of(data, size));
  return 0;
}
