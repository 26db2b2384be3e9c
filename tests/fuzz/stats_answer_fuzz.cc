// SPDX-License-Identifier: GPL-2.0-only
//
// What a server of statistics answers to a client: the first line as metadata, the others as
// statistics. The parser of answers, and what makes text of them.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "fuzz.h"
#include "scx/stats/view.h"
#include "wire.h"

namespace scx::stats::fuzz {
namespace {

using scx::fuzz::require;

// Nothing that a terminal would take for more than text.
void check_text(const Result<std::string>& text) {
  if (!text) return scx::fuzz::require_readable(text.error());
  const auto is_control = [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\n') || c == 0x7f;
  };
  require(std::ranges::none_of(*text, is_control), "a view has no control characters");
}

Result<Json> value_of(std::string_view line) {
  auto answer = wire::parse_answer(line);
  if (!answer) {
    scx::fuzz::require_readable(answer.error());
    return std::unexpected(std::move(answer).error());
  }
  require(answer->err >= 0, "an errno is not negative");
  if (answer->err != 0) return fail(ErrorKind::invalid, "an error was answered");
  require(nlohmann::json::accept(answer->value.text), "a value is JSON");
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
  auto view = metadata ? View::make(*metadata) : std::unexpected(metadata.error());
  while (!rest.empty()) {
    const auto value = value_of(next_line());
    if (value && view) check_text(view->render(*value, Seconds(1)));
  }
}

}  // namespace
}  // namespace scx::stats::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  scx::stats::fuzz::run(scx::fuzz::text_of(data, size));
  return 0;
}
