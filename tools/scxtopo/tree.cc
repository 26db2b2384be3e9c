// SPDX-License-Identifier: GPL-2.0-only
#include "tree.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

namespace scx::scxtopo {
namespace {

constexpr std::size_t kShownWhole = 64;  // CPUs of a machine of which nothing is left out
constexpr std::size_t kRows = 2;         // of cores in a domain, where they are cut
constexpr std::size_t kLongList = 40;    // characters of a CPU list in a line of its own unit

class Tree {
 public:
  Tree(const View& view, const Terminal& terminal, bool full)
      : v_(view),
        terminal_(terminal),
        whole_(full || view.topology.online().count() <= kShownWhole) {
    for (std::size_t llc = 0; llc < v_.llc_domains.size(); ++llc) shapes_.push_back(shape(llc));
  }

  std::string make() {
    head();
    for (std::size_t unit = 0; unit < v_.cids.nodes().size(); ++unit) node(unit);
    foot();
    return std::move(out_);
  }

 private:
  void paragraph(const std::string& text) { out_ += wrapped(text, terminal_.width, 2); }

  void head() {
    const Topology& t = v_.topology;
    paragraph(headline(v_));
    const std::string possible = to_cpu_list(t.possible()), present = to_cpu_list(t.present()),
                      online = to_cpu_list(t.online());
    if (possible == online && present == online) {
      paragraph("CPUs: " + online + ", all online");
    } else {
      paragraph(fmt::format("CPUs: possible {}; present {}; online {}", possible, present, online));
    }
    core_types();
    paragraph(v_.cids.equals_kernel_default()
                  ? "cids: numbered as the kernel does by itself"
                  : "cids: numbered otherwise than the kernel does by itself (--cids)");
    out_ += '\n';
  }

  void core_types() {
    const TierEvidence& evidence = v_.topology.tier_evidence();
    std::string text = "core types: one; no source tells cores apart (--evidence)";
    if (evidence.source != TierSource::none) {
      text = fmt::format("core types: {} by {}", v_.topology.nr_tiers(), name(evidence.source));
      for (std::size_t tier = 0; tier < evidence.tiers.size(); ++tier) {
        text += fmt::format("{} {} has {}", tier == 0 ? ":" : ",",
                            tier_name(static_cast<int>(tier), v_.topology.nr_tiers()),
                            evidence.tiers[tier]);
      }
    }
    paragraph(text);
  }

  // What an LLC looks like, its numbers left out.
  std::string shape(std::size_t llc) const {
    std::string text = fmt::format("{}", v_.topology.llcs()[llc].size_kb);
    const Units domains = v_.llc_domains[llc];
    for (std::size_t d = domains.first; d < domains.first + domains.count; ++d) {
      text += fmt::format("/{}", v_.domains.all()[d].tier);
      const Units cores = v_.domain_cores[d];
      for (std::size_t c = cores.first; c < cores.first + cores.count; ++c)
        text += fmt::format(",{}", v_.cids.cores()[c].count);
    }
    return text;
  }

  bool same_node_shape(std::size_t a, std::size_t b) const {
    const Units first = v_.node_llcs[a], second = v_.node_llcs[b];
    return first.count == second.count &&
           std::equal(shapes_.begin() + static_cast<std::ptrdiff_t>(first.first),
                      shapes_.begin() + static_cast<std::ptrdiff_t>(first.first + first.count),
                      shapes_.begin() + static_cast<std::ptrdiff_t>(second.first));
  }

  std::string distances(const Node& node) const {
    std::map<int, std::vector<std::int32_t>> by_distance;
    for (std::size_t other = 0; other < v_.topology.nodes().size(); ++other) {
      const Node& to = v_.topology.nodes()[other];
      if (to.id != node.id) by_distance[node.distances[other]].push_back(to.id.value());
    }
    std::string text;
    for (const auto& [distance, nodes] : by_distance) {
      text += fmt::format("{} {} to {} {}", text.empty() ? "; distance" : ",", distance,
                          nodes.size() == 1 ? "node" : "nodes", as_set(nodes));
    }
    return text;
  }

  std::string sized(std::uint64_t kb) const { return kb == 0 ? "" : ", " + memory(kb); }

  std::string cpus_if_short(const CpuSet& cpus) const {
    const std::string list = to_cpu_list(cpus);
    return list.size() > kLongList ? "" : ", CPUs " + list;
  }

  void node(std::size_t unit) {
    const CidMap::NodeUnit& at = v_.cids.nodes()[unit];
    const Node& node = v_.topology.nodes()[static_cast<std::size_t>(v_.topology.node_index(at.id))];
    const Units llcs = v_.node_llcs[unit];
    std::string line =
        fmt::format("node {}: cids {}{}", at.id.value(), run(at.cids), sized(node.memory_kb));
    if (!whole_ && unit > 0 && same_node_shape(unit, drawn_)) {
      line += fmt::format(
          ", as node {}: {} {}{}", v_.cids.nodes()[drawn_].id.value(),
          llcs.count == 1 ? "LLC" : "LLCs",
          run(static_cast<std::int32_t>(llcs.first), static_cast<std::int32_t>(llcs.count)),
          cpus_if_short(node.cpus));
      out_ += wrapped(line + distances(node), terminal_.width, 2);
      return;
    }
    drawn_ = unit;
    out_ += wrapped(line + distances(node), terminal_.width, 2);
    for (std::size_t llc = llcs.first; llc < llcs.first + llcs.count;) {
      draw_llc(llc);
      llc += 1 + alike(llc, llcs.first + llcs.count);
    }
  }

  void draw_llc(std::size_t llc) {
    const Llc& at = v_.topology.llcs()[llc];
    const Units domains = v_.llc_domains[llc];
    const bool one = domains.count == 1;
    out_ += wrapped(fmt::format("  LLC {}: cids {}{}{}", llc, run(v_.cids.llcs()[llc]),
                                sized(at.size_kb), one ? ", " + described(domains.first) : ""),
                    terminal_.width, 4);
    for (std::size_t d = domains.first; d < domains.first + domains.count; ++d) {
      if (!one)
        out_ += wrapped(fmt::format("    {}, cids {}", described(d), run(v_.domains.all()[d].cids)),
                        terminal_.width, 6);
      cores(d, one ? 4 : 6);
    }
  }

  std::string described(std::size_t d) const {
    const Domain& domain = v_.domains.all()[d];
    std::string text = fmt::format("domain {}", d);
    if (v_.topology.nr_tiers() > 1) {
      text += ", " + painted(tier_name(domain.tier, v_.topology.nr_tiers()), domain.tier);
    }
    return text + fmt::format(", {}, capacity {}", counted(v_.domain_cores[d].count, "core"),
                              domain.capacity);
  }

  // The LLCs behind this one that look the same: one line for all of them; gives their number.
  std::size_t alike(std::size_t llc, std::size_t end) {
    if (whole_) return 0;
    std::size_t last = llc;
    CpuSet cpus;
    while (last + 1 < end && shapes_[last + 1] == shapes_[llc])
      cpus |= v_.topology.llcs()[++last].cpus;
    if (last == llc) return 0;
    const auto count = static_cast<std::int32_t>(last - llc);
    const CidRange first = v_.cids.llcs()[llc + 1];
    const Units domains = v_.llc_domains[llc + 1];
    out_ += wrapped(
        fmt::format("  {} {}: as LLC {}, {} each, cids {}{}, {} {}", count == 1 ? "LLC" : "LLCs",
                    run(static_cast<std::int32_t>(llc + 1), count), llc,
                    counted(static_cast<std::size_t>(first.count), "CPU"),
                    run(first.first.value(), first.count * count), cpus_if_short(cpus),
                    count == 1 && domains.count == 1 ? "domain" : "domains",
                    run(static_cast<std::int32_t>(domains.first),
                        static_cast<std::int32_t>(domains.count) * count)),
        terminal_.width, 4);
    return static_cast<std::size_t>(count);
  }

  std::string painted(const std::string& text, int tier) const {
    constexpr std::array kColours = {33, 36, 35, 32, 34};  // yellow, cyan, magenta, green, blue
    if (!terminal_.colour || v_.topology.nr_tiers() == 1) return text;
    const int colour = kColours[static_cast<std::size_t>(tier) % kColours.size()];
    return fmt::format("\x1b[{}m{}\x1b[0m", colour, text);
  }

  // The cores of a domain as columns.
  void cores(std::size_t d, std::size_t indent) {
    const Units units = v_.domain_cores[d];
    const int tier = v_.domains.all()[d].tier;
    std::vector<std::string> cids, cpus;
    std::size_t width = 0;
    for (std::size_t c = units.first; c < units.first + units.count; ++c) {
      cids.push_back(run(v_.cids.cores()[c]));
      cpus.push_back(to_cpu_list(v_.topology.cores()[c].cpus));
      width = std::max({width, cids.back().size(), cpus.back().size()});
    }
    const bool one_row = cids == cpus;
    const std::string_view label = one_row ? "cid = CPU" : "cid";
    const std::size_t room = static_cast<std::size_t>(terminal_.width) - indent - label.size();
    const std::size_t columns = std::max<std::size_t>(1, room / (width + 2));
    const std::size_t shown = whole_ ? cids.size() : std::min(cids.size(), kRows * columns);
    for (std::size_t at = 0; at < shown; at += columns) {
      const std::size_t end = std::min(at + columns, shown);
      row(label, cids, at, end, width, indent, tier);
      if (!one_row) row("CPU", cpus, at, end, width, indent, tier);
    }
    if (shown == cids.size()) return;
    const std::int32_t next = v_.cids.cores()[units.first + shown].first.value();
    const CidRange all = v_.domains.all()[d].cids;
    out_ += fmt::format("{}… {} more, cids {} (--full lists them)\n", std::string(indent, ' '),
                        counted(cids.size() - shown, "core"),
                        run(next, all.first.value() + all.count - next));
  }

  void row(std::string_view label, const std::vector<std::string>& cells, std::size_t at,
           std::size_t end, std::size_t width, std::size_t indent, int tier) {
    std::string text;
    for (; at < end; ++at) text += fmt::format("  {:>{}}", cells[at], width);
    out_ += std::string(indent, ' ') + std::string(label) + painted(text, tier) + '\n';
  }

  void foot() {
    const Topology& t = v_.topology;
    std::string foot;
    const auto add = [&](const std::string& text) { foot += wrapped(text, terminal_.width, 2); };
    const std::int32_t tail = v_.cids.nr_cids() - v_.cids.online().count;
    if (tail > 0) {
      add(fmt::format("not online: CPUs {}, cids {}", to_cpu_list(t.possible() - t.online()),
                      run(v_.cids.online().count, tail)));
    }
    for (const Node& node : t.nodes()) {
      if (node.cpus.empty())
        add(fmt::format("node {}: no CPUs{}{}", node.id.value(), sized(node.memory_kb),
                        distances(node)));
    }
    for (const std::string& note : t.notes()) add("note: " + note);
    if (!foot.empty()) out_ += '\n' + foot;
  }

  const View& v_;
  const Terminal& terminal_;
  const bool whole_;
  std::vector<std::string> shapes_;  // by LLC
  std::size_t drawn_ = 0;            // the last node that was drawn and not only named
  std::string out_;
};

}  // namespace

std::string tree(const View& view, const Terminal& terminal, bool full) {
  return Tree(view, terminal, full).make();
}

}  // namespace scx::scxtopo
