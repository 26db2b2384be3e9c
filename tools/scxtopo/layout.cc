// SPDX-License-Identifier: GPL-2.0-only
#include "layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "text.h"

namespace scx::scxtopo {
namespace {

constexpr double kFont = 12, kSmallFont = 8;
constexpr double kMargin = 16;
constexpr double kCharacter = 0.6;  // width of a character of a sans-serif font, generously
constexpr double kAspect = 1.5;     // width to height that boxes aim at

double text_width(std::string_view text, double font) {
  return static_cast<double>(text.size()) * font * kCharacter;
}

void shift(Box& box, double dx, double dy) {
  box.rect.x += dx;
  box.rect.y += dy;
  for (Box& child : box.children) shift(child, dx, dy);
}

struct Grid {
  std::vector<double> columns, rows;  // widths and heights
  double width = 0, height = 0;
};

Grid grid_of(const std::vector<Box>& boxes, std::size_t columns, double gap) {
  Grid grid;
  grid.columns.resize(columns);
  grid.rows.resize((boxes.size() + columns - 1) / columns);
  for (std::size_t at = 0; at < boxes.size(); ++at) {
    double& width = grid.columns[at % columns];
    double& height = grid.rows[at / columns];
    width = std::max(width, boxes[at].rect.width);
    height = std::max(height, boxes[at].rect.height);
  }
  grid.width = gap * static_cast<double>(columns - 1);
  for (const double width : grid.columns) grid.width += width;
  grid.height = gap * static_cast<double>(grid.rows.size() - 1);
  for (const double height : grid.rows) grid.height += height;
  return grid;
}

// Of a grid with that many columns: how far it is from the aspect, and how much of it is empty.
double badness(const std::vector<Box>& boxes, std::size_t columns, double gap) {
  const Grid grid = grid_of(boxes, columns, gap);
  const double cells = static_cast<double>(columns * grid.rows.size());
  const double empty = 1 - static_cast<double>(boxes.size()) / cells;
  return std::abs(std::log(grid.width / grid.height / kAspect)) + 1.5 * empty;
}

double left_of(const std::vector<Box>& boxes) {
  double left = boxes.front().rect.x;
  for (const Box& box : boxes) left = std::min(left, box.rect.x);
  return left;
}

double right_of(const std::vector<Box>& boxes) {
  double right = boxes.front().rect.right();
  for (const Box& box : boxes) right = std::max(right, box.rect.right());
  return right;
}

// Boxes side by side look alike: each fills its cell of the grid. Threads and cores keep their
// size.
void stretch(Box& box, double width, double height) {
  if (box.kind == BoxKind::thread || box.kind == BoxKind::core) return;
  const double wider = width - box.rect.width, higher = height - box.rect.height;
  box.rect.width = width;
  box.rect.height = height;
  if (box.children.empty()) return;
  if (box.children.size() == 1) {
    const Rect& only = box.children.front().rect;
    stretch(box.children.front(), only.width + wider, only.height + higher);
  }
  // What is left over lies on both sides.
  const double before = left_of(box.children) - box.rect.x;
  const double behind = box.rect.right() - right_of(box.children);
  for (Box& child : box.children) shift(child, (behind - before) / 2, 0);
}

// Puts the boxes in rows from (x, y) on, with the number of columns that looks best.
Rect arrange(std::vector<Box>& boxes, double x, double y, double gap) {
  if (boxes.empty()) return {x, y, 0, 0};
  std::size_t best = 1;
  double least = badness(boxes, 1, gap);
  for (std::size_t columns = 2; columns <= std::min<std::size_t>(boxes.size(), 400); ++columns) {
    const double cost = badness(boxes, columns, gap);
    if (cost < least - 1e-9) {
      least = cost;
      best = columns;
    }
  }
  const Grid grid = grid_of(boxes, best, gap);
  double top = y;
  for (std::size_t row = 0; row < grid.rows.size(); ++row) {
    double left = x;
    for (std::size_t column = 0; column < best; ++column) {
      const std::size_t at = row * best + column;
      if (at >= boxes.size()) break;
      shift(boxes[at], left - boxes[at].rect.x, top - boxes[at].rect.y);
      stretch(boxes[at], grid.columns[column], grid.rows[row]);
      left += grid.columns[column] + gap;
    }
    top += grid.rows[row] + gap;
  }
  return {x, y, grid.width, grid.height};
}

// A box around its children with its label above them.
void enclose(Box& box, double padding, double gap) {
  const Rect inside = arrange(box.children, 0, 0, gap);
  // Labels of large boxes are read from further away.
  if (!box.label.empty()) box.font = std::clamp(inside.width / 45, kFont, 60.0);
  const double header = box.label.empty() ? padding : box.font * 1.25 + padding;
  for (Box& child : box.children) shift(child, padding, header);
  const double width = std::max(inside.width, text_width(box.label, box.font));
  if (width > inside.width && !box.children.empty()) {
    if (box.children.size() == 1) {
      stretch(box.children.front(), width, box.children.front().rect.height);
    } else {
      for (Box& child : box.children) shift(child, (width - inside.width) / 2, 0);
    }
  }
  box.rect = {0, 0, width + 2 * padding, inside.height + header + padding};
}

class Layout {
 public:
  explicit Layout(const View& view) : v_(view), t_(view.topology) {
    const auto digits = [](std::int32_t number) { return std::to_string(number); };
    thread_width_ = std::max({28.0, text_width(digits(v_.cids.nr_cids()), kFont) + 8,
                              text_width(digits(t_.nr_cpu_ids()), kSmallFont) + 8});
  }

  Picture make() {
    for (std::size_t unit = 0; unit < v_.cids.nodes().size(); ++unit)
      picture_.boxes.push_back(node(unit));
    for (const Node& node : t_.nodes())
      if (node.cpus.empty()) picture_.boxes.push_back(memory_node(node));
    if (v_.cids.online().count < v_.cids.nr_cids()) picture_.boxes.push_back(offline());
    compose();
    return std::move(picture_);
  }

 private:
  static std::string sized(std::uint64_t kb) { return kb == 0 ? "" : ", " + memory(kb); }

  // The colour of a domain's threads; made when it is asked for first.
  int colour(std::int32_t domain, int tier) {
    // The palette of Okabe and Ito without black; neighbours differ in lightness as well.
    using Rgb = std::array<int, 3>;
    constexpr std::array<Rgb, 7> kHues = {{{86, 180, 233},
                                           {230, 159, 0},
                                           {0, 158, 115},
                                           {204, 121, 167},
                                           {240, 228, 66},
                                           {213, 94, 0},
                                           {0, 114, 178}}};
    constexpr std::array kWhite = {0.30, 0.62, 0.80, 0.90};
    const Rgb hue = kHues[static_cast<std::size_t>(domain) % kHues.size()];
    const auto mixed = [&hue](double white) {
      std::string text = "#";
      for (const int part : hue)
        text += fmt::format("{:02x}", static_cast<int>(part + (255 - part) * white));
      return text;
    };
    const double white = kWhite[std::min(static_cast<std::size_t>(tier), kWhite.size() - 1)];
    const Colour wanted{mixed(white), mixed(0)};
    auto& all = picture_.colours;
    const auto found = std::ranges::find(all, wanted);
    if (found != all.end()) return static_cast<int>(found - all.begin());
    all.push_back(wanted);
    return static_cast<int>(all.size()) - 1;
  }

  Box thread(Cid cid) {
    const Cpu& cpu = t_.at(v_.cids.cpu(cid));
    Box box;
    box.kind = BoxKind::thread;
    box.cid = cid;
    box.rect = {0, 0, thread_width_, 28};
    box.label = fmt::format("{}", cid.value());
    box.font = kFont;
    box.small_label = fmt::format("{}", cpu.id.value());
    box.tooltip = fmt::format("cid {}, CPU {}", cid.value(), cpu.id.value());
    if (!cpu.online) {
      box.tooltip += t_.present().contains(cpu.id) ? ", offline" : ", not present";
      return box;
    }
    const DomainId domain = v_.domains.domain(cid);
    box.colour = colour(domain.value(), cpu.tier);
    box.tooltip += fmt::format(", core {}, domain {}, LLC {}, node {}, {}, capacity {}",
                               cpu.core.value(), domain.value(), cpu.llc.value(), cpu.node.value(),
                               tier_name(cpu.tier, t_.nr_tiers()), cpu.capacity);
    if (cpu.max_khz > 0) box.tooltip += fmt::format(", {} MHz", cpu.max_khz / 1000);
    return box;
  }

  Box core(std::size_t index) {
    Box box;
    box.kind = BoxKind::core;
    const CidRange cids = v_.cids.cores()[index];
    box.tooltip = fmt::format("core {}: cids {}, CPUs {}", index, run(cids),
                              to_cpu_list(t_.cores()[index].cpus));
    for (std::int32_t step = 0; step < cids.count; ++step)
      box.children.push_back(thread(Cid{cids.first.value() + step}));
    enclose(box, 3, 2);
    return box;
  }

  Box domain(std::size_t index) {
    const Domain& at = v_.domains.all()[index];
    Box box;
    box.kind = BoxKind::domain;
    box.colour = colour(at.id.value(), at.tier);
    box.label = fmt::format("domain {}", index);
    if (t_.nr_tiers() > 1) box.label += ", " + tier_name(at.tier, t_.nr_tiers());
    box.tooltip = fmt::format("domain {}: {}, cids {}, capacity {}", index,
                              tier_name(at.tier, t_.nr_tiers()), run(at.cids), at.capacity);
    const Units cores = v_.domain_cores[index];
    for (std::size_t c = cores.first; c < cores.first + cores.count; ++c)
      box.children.push_back(core(c));
    enclose(box, 5, 4);
    return box;
  }

  Box llc(std::size_t index) {
    const Llc& at = t_.llcs()[index];
    Box box;
    box.kind = BoxKind::llc;
    box.label = fmt::format("LLC {}{}", index, sized(at.size_kb));
    box.tooltip = fmt::format("LLC {}{}: cids {}, CPUs {}", index, sized(at.size_kb),
                              run(v_.cids.llcs()[index]), to_cpu_list(at.cpus));
    const Units domains = v_.llc_domains[index];
    for (std::size_t d = domains.first; d < domains.first + domains.count; ++d)
      box.children.push_back(domain(d));
    enclose(box, 6, 6);
    return box;
  }

  Box node(std::size_t unit) {
    const CidMap::NodeUnit& at = v_.cids.nodes()[unit];
    const Node& node = t_.nodes()[static_cast<std::size_t>(t_.node_index(at.id))];
    Box box;
    box.kind = BoxKind::node;
    box.label = fmt::format("node {}{}", at.id.value(), sized(node.memory_kb));
    box.tooltip = fmt::format("node {}{}: cids {}, CPUs {}", at.id.value(), sized(node.memory_kb),
                              run(at.cids), to_cpu_list(node.cpus));
    const Units llcs = v_.node_llcs[unit];
    for (std::size_t l = llcs.first; l < llcs.first + llcs.count; ++l)
      box.children.push_back(llc(l));
    enclose(box, 8, 8);
    return box;
  }

  Box memory_node(const Node& node) {
    Box box;
    box.kind = BoxKind::memory;
    box.label = fmt::format("node {}{}", node.id.value(), sized(node.memory_kb));
    box.tooltip = box.label + ", no CPUs";
    enclose(box, 8, 0);
    return box;
  }

  Box offline() {
    Box box;
    box.kind = BoxKind::offline;
    box.label = "not online";
    box.tooltip = "possible CPUs that are not online: " + to_cpu_list(t_.possible() - t_.online());
    for (std::int32_t cid = v_.cids.online().count; cid < v_.cids.nr_cids(); ++cid)
      box.children.push_back(thread(Cid{cid}));
    enclose(box, 8, 4);
    return box;
  }

  // Heading, boxes and legend, one below the other.
  void compose() {
    // Nodes with CPUs make one grid, what has none of its own goes beneath them.
    auto& boxes = picture_.boxes;
    const auto nr_nodes = static_cast<std::ptrdiff_t>(v_.cids.nodes().size());
    std::vector<Box> rest(std::make_move_iterator(boxes.begin() + nr_nodes),
                          std::make_move_iterator(boxes.end()));
    boxes.resize(static_cast<std::size_t>(nr_nodes));
    const Rect machine = arrange(boxes, kMargin, 0, 12);
    const double width = std::max(machine.width, 460.0);
    font_ = std::clamp(width / 60, kFont + 1, 80.0);

    picture_.title = headline(v_);
    double y = heading(kMargin, width);
    for (Box& box : boxes) shift(box, 0, y);
    y += machine.height;
    const double right = flow(rest, kMargin, y + 12, width);
    for (Box& box : rest) {
      y = std::max(y, box.rect.bottom());
      boxes.push_back(std::move(box));
    }
    y = legend(y + font_, width);
    picture_.width = std::max(kMargin + width, right) + kMargin;
    picture_.height = y + kMargin;
  }

  // Boxes side by side, in as many lines as they take; gives the right end.
  static double flow(std::vector<Box>& boxes, double x, double y, double width) {
    double left = x, bottom = y, right = x;
    for (Box& box : boxes) {
      if (left > x && left + box.rect.width > x + width) {
        left = x;
        y = bottom + 8;
      }
      shift(box, left - box.rect.x, y - box.rect.y);
      left = box.rect.right() + 8;
      right = std::max(right, box.rect.right());
      bottom = std::max(bottom, box.rect.bottom());
    }
    return right;
  }

  // Gives the height down to where the boxes begin.
  double heading(double y, double width) {
    const int columns = static_cast<int>(width / (font_ * kCharacter));
    std::string lines = wrapped(picture_.title, columns, 0);
    for (std::size_t end; (end = lines.find('\n')) != lines.npos; lines.erase(0, end + 1)) {
      y += font_ * 1.2;
      picture_.heading.push_back({kMargin, y, font_, lines.substr(0, end)});
    }
    return y + font_;
  }

  double legend(double y, double width) {
    const double font = std::max(font_ * 0.85, kFont);
    double x = kMargin;
    const auto swatch = [&](int colour, const std::string& text) {
      const double needed = font * 2 + text_width(text, font);
      if (x > kMargin && x + needed > kMargin + width) {
        x = kMargin;
        y += font * 1.6;
      }
      picture_.legend.push_back(
          {{x, y, font * 1.4, font}, colour, {x + font * 1.8, y + font * 0.85, font, text}});
      x += needed + font * 2;
    };
    if (t_.nr_tiers() > 1) {
      for (int tier = 0; tier < t_.nr_tiers(); ++tier)
        swatch(colour(0, tier), tier_name(tier, t_.nr_tiers()));
    }
    if (v_.cids.online().count < v_.cids.nr_cids()) swatch(-1, "not online");
    if (!picture_.legend.empty()) y += font * 1.9;
    const int columns = static_cast<int>(width / (font * kCharacter));
    std::string lines = wrapped(
        "A frame for each NUMA node, in it its last-level caches (LLC), in them the compute "
        "domains, each in a colour, in them the cores. In a core each hardware thread: its cid, "
        "beneath it the CPU number.",
        columns, 0);
    for (std::size_t end; (end = lines.find('\n')) != lines.npos; lines.erase(0, end + 1)) {
      y += font * 1.25;
      picture_.legend_text.push_back({kMargin, y - font * 0.3, font, lines.substr(0, end)});
    }
    return y;
  }

  const View& v_;
  const Topology& t_;
  double thread_width_ = 0;
  double font_ = kFont;  // of the heading
  Picture picture_;
};

}  // namespace

Picture lay_out(const View& view) { return Layout(view).make(); }

}  // namespace scx::scxtopo
