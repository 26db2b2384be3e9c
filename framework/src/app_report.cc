// SPDX-License-Identifier: GPL-2.0-only
//
// --report: what of it is the command's own.
#include <fmt/format.h>
#include <spdlog/logger.h>

#include <exception>
#include <iterator>
#include <set>
#include <string>
#include <string_view>

#include "app_impl.h"
#include "archive.h"
#include "log.h"
#include "report.h"

namespace scx {
namespace {

constexpr std::size_t kLogLines = 500;

// What was given for an option. The group's number tells as much as its name, which may be a
// user's.
std::string given(const CLI::Option& option, const CommonOptions& options) {
  if (option.get_name() == "--stats-group") return fmt::format("{}", *options.stats_group);
  if (option.get_expected_max() == 0) return {};  // a flag
  std::string text;
  for (const std::string& value : option.results())
    fmt::format_to(std::back_inserter(text), "{}{}", text.empty() ? "" : " ", value);
  return text;
}

std::string options_text(const CLI::App& cli, const CommonOptions& options) {
  std::string text = cli.get_name();
  auto out = std::back_inserter(text);
  std::set<const CLI::Option*> seen;
  for (const CLI::Option* option : cli.parse_order()) {
    if (!seen.insert(option).second) continue;
    const std::string value = given(*option, options);
    fmt::format_to(out, " {}{}{}", option->get_name(), value.empty() ? "" : "=", value);
  }
  text += "\n\n";
  for (const CLI::Option* option : cli.get_options()) {
    if (option->get_group() == "About") continue;
    const bool flag = option->get_expected_max() == 0, is_given = option->count() > 0;
    std::string value = is_given ? given(*option, options) : option->get_default_str();
    if (flag) value = is_given ? "yes" : "no";
    fmt::format_to(out, "{:<26} {}{}\n", option->get_name(), value.empty() ? "-" : value,
                   is_given ? "  (given)" : "");
  }
  return text;
}

}  // namespace

void AppBase::begin_report() {
  Impl& app = *impl_;
  app.recent = keep_recent(*app.log, kLogLines);
  ReportOptions options;
  options.file = *app.options.report;
  options.processes = app.options.report_processes;
  options.scheduler = fmt::format("{} {}", app.name, app.version);
  options.clang = app.clang;
  options.options = options_text(app.cli, app.options);
  options.machine = app.machine;
  options.btf_path = app.options.open.btf_custom_path;
  app.report.emplace(std::move(options));
  // Now, and not when there is something to lose. A scheduler runs without a report as well.
  if (const auto can = Archive::check(*app.options.report); !can)
    app.log->error("there will be no report: {}", can.error().message());
}

bool AppBase::write_report() {
  Impl& app = *impl_;
  if (!app.report) return true;
  const auto written = [&app]() -> Result<std::filesystem::path> {
    try {
      return app.report->write(app.recent->last_formatted());
    } catch (const std::exception& problem) {  // memory, most likely; the end is to be clean
      return fail(ErrorKind::io, problem.what());
    }
  }();
  if (written)
    app.log->info("the report is {}", written->native());
  else
    app.log->error("there is no report: {}", written.error().message());
  return written.has_value();
}

}  // namespace scx
