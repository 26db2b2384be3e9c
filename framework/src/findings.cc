// SPDX-License-Identifier: GPL-2.0-only
//
// What preflight found, for people and for programs.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

#include "scx/framework/preflight.h"

namespace scx {
namespace {

std::string_view word(Verdict verdict) {
  switch (verdict) {
    case Verdict::ok:
      return "ok";
    case Verdict::note:
      return "note";
    case Verdict::no:
      return "no";
  }
  return "?";
}

}  // namespace

std::string findings_text(std::span<const Finding> findings) {
  std::size_t width = 0;
  for (const Finding& finding : findings) width = std::max(width, finding.topic.size());
  std::string text;
  for (const Finding& finding : findings) {
    auto out = std::back_inserter(text);
    fmt::format_to(out, "{:<4}  {:<{}}  {}\n", word(finding.verdict), finding.topic, width,
                   finding.found);
    if (finding.verdict == Verdict::ok) continue;
    if (!finding.needed.empty())
      fmt::format_to(out, "{:{}}needed for: {}\n", "", width + 8, finding.needed);
    if (!finding.cure.empty()) fmt::format_to(out, "{:{}}{}\n", "", width + 8, finding.cure);
  }
  return text;
}

stats::Json findings_json(std::span<const Finding> findings) {
  stats::JsonWriter out;
  out.begin_object();
  out.key("ready");
  const bool ready = std::ranges::find(findings, Verdict::no, &Finding::verdict) == findings.end();
  out.value(stats::Json{ready ? "true" : "false"});
  out.key("findings");
  out.begin_array();
  for (const Finding& finding : findings) {
    out.begin_object();
    for (const auto& [key, text] :
         {std::pair<std::string_view, std::string_view>{"topic", finding.topic},
          {"verdict", word(finding.verdict)},
          {"found", finding.found},
          {"needed", finding.needed},
          {"cure", finding.cure}}) {
      out.member(key, text);
    }
    out.end_object();
  }
  out.end_array();
  out.end_object();
  return std::move(out).take();
}

}  // namespace scx
