// SPDX-License-Identifier: GPL-2.0-only
#include "drawing.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace scx::scxsim {
namespace {

constexpr std::size_t kColumns = 840;  // a pixel each
constexpr std::int32_t kMostLanes = 64;
constexpr double kLeft = 72, kRight = 16, kTop = 44, kLaneHeight = 14;
constexpr double kWidth = kLeft + kColumns + kRight;

// To be told from each other and from the ground, whether that is light or dark; the last one is
// for all that have none of their own.
constexpr std::string_view kColours[] = {"#3b7dd8", "#e08a3c", "#3f9f5f", "#c2517f", "#8467c9",
                                         "#b59b2b", "#2f9fa6", "#cf5548", "#7b8f3a", "#8a8f98"};

constexpr std::string_view kStyle = R"(
svg { font-family: system-ui, sans-serif; font-size: 12px; }
.page { fill: #fff; } .idle { fill: #e9ecef; } text { fill: #1c2733; }
.note { fill: #5b6b7b; } .tick { stroke: #5b6b7b; }
path { fill: none; stroke-width: 12; }
@media (prefers-color-scheme: dark) {
.page { fill: #161b22; } .idle { fill: #2a323c; } text { fill: #eef3f8; }
.note { fill: #a9b6c3; } .tick { stroke: #a9b6c3; } }
)";

// Text as XML has it, without the control characters that it must not have.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += static_cast<unsigned char>(c) < ' ' || c == 0x7f ? '?' : c;
    }
  }
  return out;
}

std::string text_at(double x, double y, std::string_view text, std::string_view more = {}) {
  return fmt::format("<text x=\"{}\" y=\"{}\"{}>{}</text>\n", x, y, more, escaped(text));
}

std::string ms(std::uint64_t ns) { return fmt::format("{:.12g}", static_cast<double>(ns) / 1e6); }

// "stage0.1" is a "stage", where there are too many kinds for a colour each.
std::string family(std::string_view name) {
  const std::size_t last = name.find_last_not_of("0123456789.-_");
  return std::string(name.substr(0, last == name.npos ? name.size() : last + 1));
}

// At most so many bytes, and no part of a character.
std::string_view shortened(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xc0) == 0x80) --most;
  return text.substr(0, most);
}

// 1, 2 or 5 times a power of ten: about eight of them in all.
std::uint64_t tick_step(std::uint64_t whole_ns) {
  std::uint64_t step = 1;
  while (whole_ns / step > 100) step *= 10;
  for (const std::uint64_t times : {1, 2, 5, 10})
    if (whole_ns / (step * times) <= 10) return step * times;
  return step * 10;
}

}  // namespace

Drawing::Drawing(const Machine& machine, const sim::Workload& workload, const Window& window)
    : window_(window) {
  window_.to_ns = std::min(window.to_ns, workload.duration_ns);
  columns_ = std::min<std::size_t>(kColumns, window_.to_ns - window_.from_ns);
  choose_colours(workload);
  make_lanes(machine);
  running_.resize(lane_of_.size());
}

// One for each name if that is enough; else one for each family of names, and one for the rest.
void Drawing::choose_colours(const sim::Workload& workload) {
  const bool few = workload.kinds.size() <= std::size(kColours);
  for (const sim::TaskKind& kind : workload.kinds) {
    const std::string name = few ? kind.name : family(kind.name);
    auto at = std::ranges::find(colours_, name);
    if (at == colours_.end() && (few || colours_.size() + 1 < std::size(kColours)))
      at = colours_.insert(at, name);
    colour_of_.push_back(static_cast<int>(at - colours_.begin()));
  }
  if (std::ranges::find(colour_of_, static_cast<int>(colours_.size())) != colour_of_.end())
    colours_.emplace_back("others");
}

void Drawing::add_lane(const char* level, std::int32_t number, const CidRange& cids,
                       const Machine& machine) {
  const std::string_view what = level;
  Lane lane{fmt::format("{} {}", level, number), {}, cids.count, true, {}};
  if (what == "cid" || what == "core") {
    const LlcId llc = machine.cids.llc(cids.first);
    lane.group = fmt::format("node {}, LLC {}", machine.cids.node(cids.first).value(), llc.value());
  }
  if (what == "cid") {
    const Cid before{number - 1};
    lane.starts_core = number == 0 || machine.cids.core(before) != machine.cids.core(cids.first);
  }
  lane.busy_ns.resize(columns_ * colours_.size());
  for (std::int32_t at = 0; at < cids.count; ++at)
    lane_of_[static_cast<std::size_t>(cids.first.value() + at)] = lanes_.size();
  lanes_.push_back(std::move(lane));
}

// The smallest unit of which there are not too many.
void Drawing::make_lanes(const Machine& machine) {
  const CidMap& cids = machine.cids;
  lane_of_.resize(static_cast<std::size_t>(cids.nr_cids()));
  const auto few = [](std::size_t nr) { return nr <= static_cast<std::size_t>(kMostLanes); };
  std::int32_t number = 0;
  if (cids.online().count <= kMostLanes) {
    for (; number < cids.online().count; ++number)
      add_lane("cid", number, {Cid{number}, 1}, machine);
  } else if (few(cids.cores().size())) {
    for (const CidRange& core : cids.cores()) add_lane("core", number++, core, machine);
  } else if (few(cids.llcs().size())) {
    for (const CidRange& llc : cids.llcs()) add_lane("LLC", number++, llc, machine);
  } else {
    for (const CidMap::NodeUnit& node : cids.nodes())
      add_lane("node", node.id.value(), node.cids, machine);
  }
}

void Drawing::started(const Start& start) {
  running_[static_cast<std::size_t>(start.cid)] = {start.task.kind, start.at_ns};
}

void Drawing::stopped(const Stop& stop) { add(stop.cid, stop.at_ns); }

void Drawing::ended(std::uint64_t at_ns) {
  end_ns_ = at_ns;
  for (std::size_t cid = 0; cid < running_.size(); ++cid)
    add(static_cast<std::int32_t>(cid), at_ns);
}

std::uint64_t Drawing::column_start(std::size_t column) const {
  const auto whole = static_cast<double>(window_.to_ns - window_.from_ns);
  return window_.from_ns + static_cast<std::uint64_t>(whole * static_cast<double>(column) /
                                                      static_cast<double>(columns_));
}

// Who runs on a cid has done so until here.
void Drawing::add(std::int32_t cid, std::uint64_t to_ns) {
  Running& running = running_[static_cast<std::size_t>(cid)];
  const int kind = std::exchange(running.kind, -1);
  const std::uint64_t from = std::max(running.since_ns, window_.from_ns),
                      to = std::min(to_ns, window_.to_ns);
  if (kind < 0 || from >= to) return;
  const auto colour = static_cast<std::size_t>(colour_of_[static_cast<std::size_t>(kind)]);
  Lane& lane = lanes_[lane_of_[static_cast<std::size_t>(cid)]];
  const double width =
      static_cast<double>(window_.to_ns - window_.from_ns) / static_cast<double>(columns_);
  auto column = static_cast<std::size_t>(static_cast<double>(from - window_.from_ns) / width);
  while (column > 0 && column_start(column) > from) --column;
  for (; column < columns_ && column_start(column) < to; ++column) {
    const std::uint64_t first = std::max(from, column_start(column)),
                        last = std::min(to, column_start(column + 1));
    if (first < last) lane.busy_ns[column * colours_.size() + colour] += last - first;
  }
}

int Drawing::colour_at(const Lane& lane, std::size_t column) const {
  std::uint64_t idle =
      (column_start(column + 1) - column_start(column)) * static_cast<std::uint64_t>(lane.nr_cpus);
  std::uint64_t most = 0;
  int found = -1;
  for (std::size_t colour = 0; colour < colours_.size(); ++colour) {
    const std::uint64_t busy = lane.busy_ns[column * colours_.size() + colour];
    idle -= std::min(idle, busy);
    if (busy <= most) continue;
    most = busy;
    found = static_cast<int>(colour);
  }
  return idle > most ? -1 : found;
}

// A path for each colour: what lies beside each other in one line of it.
std::string Drawing::lane_paths(const Lane& lane) const {
  std::vector<std::string> paths(colours_.size());
  const double scale = static_cast<double>(kColumns) / static_cast<double>(columns_);
  for (std::size_t column = 0; column < columns_;) {
    const int colour = colour_at(lane, column);
    std::size_t end = column + 1;
    while (end < columns_ && colour_at(lane, end) == colour) ++end;
    if (colour >= 0)
      paths[static_cast<std::size_t>(colour)] +=
          fmt::format("M{:.6g} 0h{:.6g}", static_cast<double>(column) * scale,
                      static_cast<double>(end - column) * scale);
    column = end;
  }
  std::string text;
  for (std::size_t colour = 0; colour < paths.size(); ++colour)
    if (!paths[colour].empty())
      text += fmt::format("<path class=\"c{}\" d=\"{}\"/>\n", colour, paths[colour]);
  return text;
}

std::string Drawing::axis(double y) const {
  const std::uint64_t whole = window_.to_ns - window_.from_ns, step = tick_step(whole);
  std::string text;
  for (std::uint64_t at = (window_.from_ns + step - 1) / step * step; at <= window_.to_ns;
       at += step) {
    const double x = kLeft + static_cast<double>(at - window_.from_ns) *
                                 static_cast<double>(kColumns) / static_cast<double>(whole);
    text +=
        fmt::format("<line class=\"tick\" x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"{1}\" y2=\"{2}\"/>\n",
                    x, y, y + 4);
    const bool at_edge = x > kWidth - 40;
    text += text_at(
        at_edge ? kWidth - 4 : x, y + 17, ms(at),
        at_edge ? " class=\"note\" text-anchor=\"end\"" : " class=\"note\" text-anchor=\"middle\"");
  }
  return text + text_at(8, y + 17, "ms", " class=\"note\"");
}

std::string Drawing::legend(double y) const {
  std::string text;
  double x = kLeft;
  const double step = kColumns / std::max(static_cast<double>(colours_.size() + 1), 8.0);
  const auto entry = [&](std::string_view style, std::string_view name) {
    text += fmt::format("<rect class=\"{}\" x=\"{}\" y=\"{}\" width=\"12\" height=\"12\"/>\n",
                        style, x, y - 10);
    text += text_at(x + 16, y, shortened(name, static_cast<std::size_t>((step - 20) / 6.5)));
    x += step;
  };
  for (std::size_t colour = 0; colour < colours_.size(); ++colour)
    entry(fmt::format("f{}", colour), colours_[colour]);
  entry("idle", "idle");
  return text;
}

std::string Drawing::to_svg(const Subject& subject) const {
  std::string body;
  double y = kTop;
  std::string group;
  for (const Lane& lane : lanes_) {
    if (lane.group != std::exchange(group, lane.group)) {
      y += 18;
      body += text_at(8, y - 4, lane.group, " class=\"note\"");
    } else if (lane.starts_core) {
      y += 3;
    }
    body += fmt::format(
        "<g transform=\"translate({} {})\"><rect class=\"idle\" y=\"-6\" "
        "width=\"{}\" height=\"12\"/>\n{}</g>\n",
        kLeft, y + 7, kColumns, lane_paths(lane));
    body += text_at(8, y + 11, lane.label);
    y += kLaneHeight;
  }
  body += axis(y + 4);
  body += legend(y + 46);
  const double height = y + 60;
  std::string style(kStyle);
  for (std::size_t at = 0; at < colours_.size(); ++at)
    style += fmt::format(".c{0} {{ stroke: {1}; }} .f{0} {{ fill: {1}; }}\n", at, kColours[at]);
  const std::string title = fmt::format(
      "{}, workload {}, seed {}: {} to {} ms", label(subject), subject.workload, subject.seed,
      ms(window_.from_ns), ms(std::min(window_.to_ns, std::max(end_ns_, window_.from_ns))));
  return fmt::format(
             "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" "
             "height=\"{1}\" role=\"img\">\n<title>{2}</title>\n<style>{3}</style>\n"
             "<rect class=\"page\" width=\"{0}\" height=\"{1}\"/>\n",
             kWidth, height, escaped(title), style) +
         text_at(8, 20, title, " font-weight=\"600\"") +
         text_at(8, 37, subject.machine, " class=\"note\"") + body + "</svg>\n";
}

}  // namespace scx::scxsim
