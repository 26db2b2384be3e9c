// SPDX-License-Identifier: GPL-2.0-only
#include "draw.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "cpus.h"
#include "sections.h"
#include "text.h"

namespace scx::scxtop {
namespace {

constexpr std::size_t kHeading = 2;     // lines above the body
constexpr std::size_t kMostTasks = 30;  // the first of them are what somebody looks for
constexpr std::size_t kBar = 30;

constexpr std::array<const char*, kSections> kTitles{
    "CPUs", "Rates and levels", "Domains and queues", "Waiting for a CPU", "Tasks"};

// What a section is made of, first what it cannot do without.
constexpr std::array<std::array<const char*, 2>, kSections> kTargets{
    {{"cids", "machine"}, {"top", ""}, {"domains", ""}, {"latency", ""}, {"sched_samples", ""}}};

void append(Lines& lines, Lines more) {
  lines.insert(lines.end(), std::make_move_iterator(more.begin()),
               std::make_move_iterator(more.end()));
}

std::string interval_text(const View& view) { return fmt::format("every {:g} s", view.interval_s); }

// Who: scheduler, how many CPUs, kernel.
Line heading(const Model& model, const View& view) {
  Line line(model.machine && !model.machine->scheduler.empty() ? model.machine->scheduler
            : model.seen                                       ? "a scheduler"
                                                               : "scxtop",
            Style::bar);
  const auto add = [&line](std::string_view text) {
    if (!text.empty()) line.add("  ", Style::bar).add(text, Style::bar);
  };
  if (!model.machine) add(model.socket);
  if (model.machine) {
    const std::size_t cids = model.machine->cids.size();
    add(model.machine->nr_online == cids
            ? fmt::format("{} CPUs", cids)
            : fmt::format("{} of {} CPUs", model.machine->nr_online, cids));
  }
  add(text_of(model.top, "power_mode"));
  add(interval_text(view));
  if (model.seen) add("connected " + clock_text(model.connected_s));
  // The last one, for some are long.
  if (model.machine && !model.machine->kernel.empty()) add("Linux " + model.machine->kernel);
  return line;
}

// How busy the machine is.
Line summary(const Model& model) {
  Line line;
  if (!model.cids) return line;
  const double busy = mean_util(*model.cids);
  if (busy < 0) return line.add("no CPU is told of", Style::dim);
  const auto full = static_cast<std::size_t>(std::min(busy, 100.0) / 100 * kBar + 0.5);
  line.add("busy ", Style::dim);
  for (std::size_t i = 0; i < kBar; ++i)
    line.add(i < full ? "█" : "·", i < full ? style_of(busy) : Style::dim);
  line.add(fmt::format(" {:.1f}%", std::min(busy, 9999.0)), style_of(busy));
  if (!model.cids->nr_sched.empty() && model.cids->seconds > 0) {
    double sum = 0;
    for (const double count : model.cids->nr_sched) sum += count;
    line.add(fmt::format("   {} task starts/s", short_number(sum / model.cids->seconds)));
  }
  return line;
}

Lines section_lines(Section section, const Model& model, const View& view, std::size_t columns) {
  switch (section) {
    case Section::cpus:
      return model.cids ? draw_cpus(model, columns) : Lines();
    case Section::rates:
      return draw_rates(model, columns);
    case Section::loads:
      return draw_loads(model, columns);
    case Section::latency:
      return draw_latency(model, columns);
    case Section::tasks:
      return draw_tasks(model, view.order, columns, kMostTasks);
  }
  return {};
}

Line title_of(Section section, const View& view, std::size_t columns) {
  const auto at = static_cast<std::size_t>(section);
  Line line(fmt::format("─ {} {} ", at + 1, kTitles[at]), Style::title);
  if (section == Section::tasks) line.add(fmt::format("by {} ", name_of(view.order)), Style::title);
  while (line.columns() < columns) line.add("─", Style::title);
  return line;
}

// One line for all that this scheduler does not offer, and what cannot be had at the moment.
Lines left_out(const Model& model) {
  std::string names;
  for (const auto& [target, why] : model.lacking) names += (names.empty() ? "" : ", ") + target;
  Lines lines;
  if (!names.empty()) lines.emplace_back("not offered: " + names, Style::dim);
  for (const auto& [target, why] : model.troubles)
    lines.emplace_back(fmt::format("{}: {}", target, why), Style::alert);
  return lines;
}

struct Body {
  Lines lines;
  std::array<std::size_t, kSections> starts{};
};

Body body(const Model& model, const View& view, std::size_t columns) {
  Body made;
  for (std::size_t i = 0; i < kSections; ++i) {
    const auto section = static_cast<Section>(i);
    if (!view.shown[i]) continue;
    Lines lines = section_lines(section, model, view, columns);
    if (lines.empty()) continue;
    made.starts[i] = made.lines.size();
    made.lines.push_back(title_of(section, view, columns));
    append(made.lines, std::move(lines));
  }
  append(made.lines, left_out(model));
  return made;
}

std::string why_absent(const Model& model, const View& view, std::size_t section) {
  if (!view.shown[section]) return "switched off";
  for (const char* target : kTargets[section])
    if (const auto found = model.lacking.find(target); found != model.lacking.end())
      return fmt::format("this scheduler has no target {}", target);
  return "";
}

Lines help(const Model& model, const View& view) {
  Lines lines;
  for (const char* text :
       {"q           quit", "h ?         this help; again: back",
        "+ -         longer or shorter interval", "p           pause", "tab         next section",
        "1 to 5      sections on and off", "s           next order of the tasks",
        "c           colours on and off", "arrows, PgUp, PgDn, Home, End   scroll",
        "Ctrl-L      paint anew", "",
        "CPUs: · idle, ▁ to █ busy, × offline, ? not told; threads of a core side by side", ""})
    lines.emplace_back(text);
  for (std::size_t i = 0; i < kSections; ++i) {
    Line& line = lines.emplace_back(fmt::format("section {}  {}", i + 1, kTitles[i]));
    if (const std::string why = why_absent(model, view, i); !why.empty())
      line.pad(32).add(why, Style::dim);
  }
  return lines;
}

Line footer(const Model& model, const View& view, const Extent& extent) {
  if (!model.notice.empty()) return Line(model.notice, Style::alert);
  Line line;
  if (view.paused) line.add("paused  ", Style::alert);
  if (extent.lines > extent.rows)
    line.add(fmt::format("lines {}-{}/{}  ", view.scroll + 1,
                         std::min(view.scroll + extent.rows, extent.lines), extent.lines),
             Style::bar);
  line.add("q quit  h help  +/- interval  p pause  tab, 1-5 sections  s sort", Style::bar);
  return line;
}

void cut(Lines& lines, Size size) {
  if (lines.size() > size.rows) lines.resize(size.rows);
  for (Line& line : lines) line.cut(size.columns);
}

}  // namespace

Frame draw(const Model& model, const View& view, Size size) {
  Frame frame;
  Body made = view.help ? Body{help(model, view), {}} : body(model, view, size.columns);
  Extent& extent = frame.extent;
  extent.lines = made.lines.size();
  extent.rows = size.rows > kHeading + 1 ? size.rows - kHeading - 1 : 0;
  std::ranges::copy(made.starts, extent.starts);
  View at = view;
  at.scroll = std::min(view.scroll, last_scroll(extent));
  frame.lines = {heading(model, view).pad(size.columns, Style::bar), summary(model)};
  for (std::size_t i = 0; i < extent.rows; ++i)
    frame.lines.push_back(at.scroll + i < made.lines.size() ? made.lines[at.scroll + i] : Line());
  frame.lines.push_back(footer(model, at, extent));
  cut(frame.lines, size);
  return frame;
}

Lines draw_whole(const Model& model, const View& view, std::size_t columns) {
  Lines lines{heading(model, view), summary(model)};
  append(lines, body(model, view, columns).lines);
  cut(lines, {lines.size(), columns});
  return lines;
}

}  // namespace scx::scxtop
