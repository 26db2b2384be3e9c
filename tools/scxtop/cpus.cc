// SPDX-License-Identifier: GPL-2.0-only
#include "cpus.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "text.h"

namespace scx::scxtop {
namespace {

constexpr std::size_t kFoldFrom = 1025;  // cids; beyond, cells are cores
constexpr std::size_t kGroup = 4;        // cores of one thread stand in groups of so many
constexpr std::size_t kWideEnough = 60;  // columns from which on there is room for rates
constexpr std::size_t kGap = 3;          // between units side by side
constexpr double kNotTold = std::numeric_limits<double>::quiet_NaN();

// Cids behind each other that share node, LLC and tier.
struct Unit {
  std::size_t first = 0, count = 0;
  MachineCid place;
};

struct Load {
  double percent = -1, nr_sched = 0;
};

std::vector<MachineCid> places_of(const Model& model) {
  if (model.machine && !model.machine->cids.empty()) return model.machine->cids;
  return std::vector<MachineCid>(model.cids ? model.cids->util.size() : 0);
}

bool same_unit(const MachineCid& a, const MachineCid& b) {
  return a.node == b.node && a.llc == b.llc && a.tier == b.tier;
}

std::vector<Unit> units_of(const std::vector<MachineCid>& places) {
  std::vector<Unit> units;
  for (std::size_t cid = 0; cid < places.size(); ++cid) {
    if (units.empty() || !same_unit(units.back().place, places[cid]))
      units.push_back({cid, 0, places[cid]});
    ++units.back().count;
  }
  return units;
}

double util_at(const Model& model, std::size_t cid) {
  return model.cids && cid < model.cids->util.size() ? model.cids->util[cid] : kNotTold;
}

Load load_of(const Model& model, std::size_t first, std::size_t count) {
  double sum = 0, online = 0, sched = 0;
  bool told = false;
  for (std::size_t cid = first; cid < first + count; ++cid) {
    const double util = util_at(model, cid);
    told = told || !std::isnan(util);
    if (util >= 0) sum += util, ++online;
    if (model.cids && cid < model.cids->nr_sched.size()) sched += model.cids->nr_sched[cid];
  }
  if (!told) return {kNotTold, sched};
  return {online > 0 ? sum / online : -1, sched};
}

// A group is what stays together on a line: the threads of a core, or some cores of one thread.
std::vector<Line> groups_of(const Model& model, const std::vector<MachineCid>& places,
                            const Unit& unit, bool fold) {
  std::vector<Line> groups;
  std::size_t cores_in_group = 0;
  bool threads = false;  // the group is a core of several threads
  for (std::size_t at = unit.first, end = unit.first + unit.count; at < end;) {
    std::size_t next = at + 1;
    while (places[at].core >= 0 && next < end && places[next].core == places[at].core) ++next;
    const bool several = next - at > 1 && !fold;
    if (groups.empty() || several || threads || cores_in_group == kGroup) {
      groups.emplace_back();
      cores_in_group = 0;
    }
    threads = several;
    ++cores_in_group;
    for (std::size_t cid = at; cid < next; cid = fold ? next : cid + 1) {
      const Cell cell = cell_of(fold ? load_of(model, at, next - at).percent : util_at(model, cid));
      groups.back().add(cell.character, cell.style);
    }
    at = next;
  }
  return groups;
}

// Groups with a space between them in lines of at most so many columns.
Lines wrapped(const std::vector<Line>& groups, std::size_t columns) {
  Lines lines(1);
  for (const Line& group : groups) {
    const std::size_t used = lines.back().columns();
    if (used != 0 && used + 1 + group.columns() > columns) lines.emplace_back();
    if (lines.back().columns() != 0) lines.back().add(" ");
    if (group.columns() <= columns) {
      lines.back().add(group);
      continue;
    }
    // A core of more threads than fit.
    for (const Span& span : group.spans())
      for (std::size_t i = 0; i < width(span.text); ++i) {
        if (lines.back().columns() >= columns) lines.emplace_back();
        lines.back().add(span.text.substr(0, span.text.size() / width(span.text)), span.style);
      }
  }
  return lines;
}

std::string percent_text(double percent) {
  if (std::isnan(percent)) return "?";
  return percent < 0 ? "off" : fmt::format("{:.0f}%", std::min(percent, 9999.0));
}

std::string range_text(std::size_t first, std::size_t count) {
  return count == 1 ? fmt::format("{}", first) : fmt::format("{}-{}", first, first + count - 1);
}

// What stands before a unit's cells, in columns.
struct Label {
  std::string name, cids, percent, rate;
  Style style;
};

// Nothing starts where nothing is online.
std::string rate_text(const Model& model, const Load& load) {
  if (!model.cids || model.cids->nr_sched.empty() || !(model.cids->seconds > 0) || load.percent < 0)
    return {};
  return short_number(load.nr_sched / model.cids->seconds) + "/s";
}

Label label_of(const Model& model, const Unit& unit, bool tiers) {
  const Load load = load_of(model, unit.first, unit.count);
  std::string name = unit.place.llc >= 0 ? fmt::format("LLC {}", unit.place.llc) : "CPUs";
  if (tiers && unit.place.tier >= 0) name += fmt::format(" tier {}", unit.place.tier);
  return {name, range_text(unit.first, unit.count), percent_text(load.percent),
          rate_text(model, load), style_of(load.percent)};
}

struct Widths {
  std::size_t name = 0, cids = 0, percent = 0, rate = 0, cells = 0;
  std::size_t label() const {
    return 2 + name + 1 + cids + 1 + percent + (rate ? rate + 1 : 0) + 1;
  }
};

Line label_line(const Label& label, const Widths& widths) {
  Line line;
  line.add("  ").add(left(label.name, widths.name)).add(" ");
  line.add(right(label.cids, widths.cids), Style::dim).add(" ");
  line.add(right(label.percent, widths.percent), label.style);
  if (widths.rate != 0) line.add(" ").add(right(label.rate, widths.rate), Style::dim);
  return line.add(" ");
}

struct Drawn {
  std::int64_t llc;
  Label label;
  std::vector<Line> groups;
};

Widths widths_of(const std::vector<Drawn>& units, std::size_t columns) {
  Widths widths;
  for (const Drawn& unit : units) {
    std::size_t cells = 0;
    for (const Line& group : unit.groups) cells += group.columns() + 1;
    widths.name = std::max(widths.name, unit.label.name.size());
    widths.cids = std::max(widths.cids, unit.label.cids.size());
    widths.percent = std::max(widths.percent, unit.label.percent.size());
    if (columns >= kWideEnough) widths.rate = std::max(widths.rate, unit.label.rate.size());
    widths.cells = std::max(widths.cells, cells - std::min<std::size_t>(cells, 1));
  }
  return widths;
}

// How many units stand side by side of those that fit: where LLCs have several tiers, so many that
// whole LLCs stand below each other.
std::size_t in_step(const std::vector<Drawn>& units, std::size_t first, std::size_t end,
                    std::size_t fit) {
  std::size_t step = 1;
  while (first + step < end && units[first + step].llc == units[first].llc) ++step;
  return std::max<std::size_t>(1, fit > step ? fit - fit % step : fit);
}

// Units side by side where they fit, else one below the other with their cells wrapped.
void add_units(Lines& lines, const std::vector<Drawn>& units, std::size_t first, std::size_t end,
               const Widths& widths, std::size_t columns) {
  const std::size_t needs = widths.label() + widths.cells;
  const std::size_t abreast = in_step(units, first, end, (columns + kGap) / (needs + kGap));
  const std::size_t room = columns > widths.label() + 4 ? columns - widths.label() : 4;
  for (std::size_t i = first; i < end; ++i) {
    Line line = label_line(units[i].label, widths);
    if (abreast > 1) {
      line.add(wrapped(units[i].groups, widths.cells).front());
      if ((i - first) % abreast == 0) lines.emplace_back();
      lines.back().pad((i - first) % abreast * (needs + kGap)).add(line);
      continue;
    }
    for (const Line& cells : wrapped(units[i].groups, room)) {
      lines.push_back(line.pad(widths.label()).add(cells));
      line = Line();
    }
  }
}

Line node_line(const Model& model, const Unit& first, const Unit& last) {
  const std::size_t count = last.first + last.count - first.first;
  const Load load = load_of(model, first.first, count);
  Line line(first.place.node >= 0 ? fmt::format("node {}", first.place.node)
                                  : std::string("no node"));
  line.add(fmt::format("  cids {}  ", range_text(first.first, count)), Style::dim);
  line.add(percent_text(load.percent), style_of(load.percent));
  if (const std::string rate = rate_text(model, load); !rate.empty())
    line.add(fmt::format("  {}", rate), Style::dim);
  return line;
}

void add_mismatch(Lines& lines, const Model& model) {
  if (!model.machine || !model.cids) return;
  const std::size_t told = model.cids->util.size(), there = model.machine->cids.size();
  if (told != there)
    lines.emplace_back(
        fmt::format("utilisation is told of {} cids, the machine has {}", told, there),
        Style::alert);
}

}  // namespace

Style style_of(double percent) {
  if (!(percent >= 1)) return Style::dim;
  return percent < 50 ? Style::low : percent < 85 ? Style::middle : Style::high;
}

Cell cell_of(double percent) {
  static constexpr std::array kLevels{"·", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  if (std::isnan(percent)) return {"?", Style::dim};
  if (percent < 0) return {"×", Style::dim};
  if (percent < 1) return {kLevels[0], Style::dim};
  const double level = std::ceil(std::min(percent, 100.0) / 12.5);
  return {kLevels[static_cast<std::size_t>(level)], style_of(percent)};
}

double mean_util(const Cids& cids) {
  double sum = 0, online = 0;
  for (const double util : cids.util)
    if (util >= 0) sum += util, ++online;
  return online > 0 ? sum / online : -1;
}

Lines draw_cpus(const Model& model, std::size_t columns) {
  Lines lines;
  const std::vector<MachineCid> places = places_of(model);
  const std::vector<Unit> units = units_of(places);
  const bool fold = places.size() >= kFoldFrom;
  const bool tiers = std::ranges::any_of(places, [](auto& place) { return place.tier > 0; });
  std::vector<Drawn> drawn;
  for (const Unit& unit : units)
    drawn.push_back(
        {unit.place.llc, label_of(model, unit, tiers), groups_of(model, places, unit, fold)});
  const Widths widths = widths_of(drawn, columns);
  for (std::size_t first = 0, end = 0; first < units.size(); first = end) {
    while (end < units.size() && units[end].place.node == units[first].place.node) ++end;
    lines.push_back(node_line(model, units[first], units[end - 1]));
    add_units(lines, drawn, first, end, widths, columns);
  }
  if (fold) lines.emplace_back("a character a core", Style::dim);
  add_mismatch(lines, model);
  return lines;
}

}  // namespace scx::scxtop
