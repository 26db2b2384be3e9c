// SPDX-License-Identifier: GPL-2.0-only
#include "json.h"

#include <concepts>
#include <optional>
#include <string_view>

#include "scx/stats/json.h"
#include "scx/topology/shards.h"

namespace scx::scxtopo {
namespace {

using stats::Json;
using stats::JsonWriter;

// One row: an object, an array or a single value.
class Row {
 public:
  template <typename T>
  Row& operator()(std::string_view key, const T& value) {
    out_.key(key);
    put(value);
    return *this;
  }
  template <typename T>
  void put(const T& value) {
    if constexpr (std::same_as<T, bool>) {
      out_.value(Json{value ? "true" : "false"});
    } else if constexpr (std::integral<T>) {
      out_.value(value);
    } else {
      out_.value(std::string_view(value));
    }
  }
  void put(const Json& value) { out_.value(value); }
  void put_null() { out_.value(Json{"null"}); }
  // A unit's number; null for none.
  template <typename Tag>
  void put(Id<Tag> id) {
    if (id.valid()) {
      out_.value(id.value());
    } else {
      put_null();
    }
  }
  template <typename Tag>
  void put(Range<Id<Tag>> range) {
    out_.begin_array();
    out_.value(range.first.value());
    out_.value(range.count);
    out_.end_array();
  }
  template <typename T>
  void put(const std::optional<T>& value) {
    if (value) {
      put(*value);
    } else {
      put_null();
    }
  }
  template <typename T>
  void put(const std::vector<T>& values) {
    out_.begin_array();
    for (const T& value : values) put(value);
    out_.end_array();
  }

  Row& open() { return out_.begin_object(), *this; }
  std::string close() {
    out_.end_object();
    return text();
  }
  std::string text() { return std::move(out_).take().text; }
  JsonWriter& writer() { return out_; }

 private:
  JsonWriter out_;
};

template <typename T>
std::string text_of(const T& value) {
  Row row;
  row.put(value);
  return row.text();
}

// -1 is "none" in the library, null here.
std::optional<int> number(int value) { return value < 0 ? std::nullopt : std::optional(value); }

class Document {
 public:
  Document(const View& view, const Sink& out) : v_(view), t_(view.topology), out_(out) {}

  void write() {
    out_("{");
    facts();
    evidence();
    key("notes", text_of(std::vector<std::string>(t_.notes().begin(), t_.notes().end())));
    units();
    cids();
    key("shards", text_of(make_shards(t_, v_.cids)));
    orders();
    perf_domains();
    out_("\n}\n");
  }

 private:
  void key(std::string_view name, std::string_view value) {
    out_(first_ ? "\n\"" : ",\n\"");
    first_ = false;
    out_(name);
    out_("\": ");
    out_(value);
  }

  // The `count` elements that row(index) gives, a line each.
  template <typename RowOf>
  void rows(std::size_t count, RowOf row) {
    out_("[");
    for (std::size_t at = 0; at < count; ++at) {
      out_(at == 0 ? "\n" : ",\n");
      out_(row(at));
    }
    out_(count == 0 ? "]" : "\n]");
  }
  template <typename RowOf>
  void array(std::string_view name, std::size_t count, RowOf row) {
    key(name, "");
    rows(count, row);
  }

  void facts() {
    key("version", text_of(std::string_view(SCXX_VERSION)));
    key("source", text_of(v_.source));
    key("kernel", v_.kernel.empty() ? "null" : text_of(v_.kernel));
    key("summary", text_of(summary(t_)));
    key("nr_cpu_ids", text_of(t_.nr_cpu_ids()));
    key("nr_cids", text_of(v_.cids.nr_cids()));
    key("nr_cpus_online", text_of(v_.cids.online().count));
    key("nr_tiers", text_of(t_.nr_tiers()));
    key("possible", text_of(to_cpu_list(t_.possible())));
    key("present", text_of(to_cpu_list(t_.present())));
    key("online", text_of(to_cpu_list(t_.online())));
    key("equals_kernel_default", text_of(v_.cids.equals_kernel_default()));
  }

  void evidence() {
    const TierEvidence& found = t_.tier_evidence();
    Row row;
    row.open()("source", name(found.source))("tiers", found.tiers);
    row.writer().key("rejected");
    row.writer().begin_array();
    for (const auto& rejected : found.rejected) {
      row.put(
          Json{Row().open()("source", name(rejected.source))("reason", rejected.reason).close()});
    }
    row.writer().end_array();
    key("core_type_evidence", row.close());
  }

  void units() {
    array("nodes", t_.nodes().size(), [&](std::size_t at) {
      const Node& node = t_.nodes()[at];
      std::optional<CidRange> range;
      for (const CidMap::NodeUnit& unit : v_.cids.nodes())
        if (unit.id == node.id) range = unit.cids;
      return Row()
          .open()("id", node.id)("cids", range)("distances", node.distances)("memory_kb",
                                                                             node.memory_kb)
          .close();
    });
    array("llcs", t_.llcs().size(), [&](std::size_t at) {
      const Llc& llc = t_.llcs()[at];
      return Row()
          .open()("id", at)("node", llc.node)("size_kb", llc.size_kb)("cids", v_.cids.llcs()[at])
          .close();
    });
    array("domains", v_.domains.all().size(),
          [&](std::size_t at) { return domain(v_.domains.all()[at]); });
    array("cores", t_.cores().size(), [&](std::size_t at) {
      const CidRange range = v_.cids.cores()[at];
      return Row()
          .open()("id", at)("cids", range)("domain", v_.domains.domain(range.first))(
              "llc", t_.cores()[at].llc)("tier", t_.cores()[at].tier)
          .close();
    });
  }

  std::string domain(const Domain& domain) const {
    Row row;
    row.open()("id", domain.id)("node", domain.node)("llc", domain.llc)("tier", domain.tier)(
        "capacity", domain.capacity)("cids", domain.cids);
    JsonWriter& out = row.writer();
    out.key("neighbor_ranges");
    out.begin_array();
    for (const Neighbour& near : v_.domains.neighbours(domain.id)) {
      out.begin_array();
      out.value(near.distance_class);
      out.value(near.range.first.value());
      out.value(near.range.count);
      out.end_array();
    }
    out.end_array();
    out.key("neighbors");
    out.begin_array();
    v_.domains.for_each_neighbour(domain.id, [&](DomainId other, int distance_class) {
      out.begin_array();
      out.value(other.value());
      out.value(distance_class);
      out.end_array();
      return true;
    });
    out.end_array();
    return row.close();
  }

  void cids() {
    array("cids", static_cast<std::size_t>(v_.cids.nr_cids()), [&](std::size_t at) {
      const Cid cid{static_cast<std::int32_t>(at)};
      const Cpu& cpu = t_.at(v_.cids.cpu(cid));
      return Row()
          .open()("cpu", cpu.id)("core", cpu.core)("llc", cpu.llc)("node", cpu.node)(
              "domain", v_.domains.domain(cid))("tier", number(cpu.tier))("capacity", cpu.capacity)(
              "online", cpu.online)("max_khz", cpu.max_khz)("package", number(cpu.package))(
              "die", number(cpu.die))("rank", cpu.rank)("turbo", cpu.turbo)
          .close();
    });
  }

  void orders() {
    key("orders", "{\"from_energy_model\":");
    out_(text_of(v_.orders.from_energy_model));
    out_(",\"performance\":");
    order(v_.orders.performance);
    out_(",\"powersave\":");
    order(v_.orders.powersave);
    out_("}");
  }

  // Steps name their sequence of cids by its index, for most of them share one.
  void order(const PreferenceOrder& order) {
    out_("{\"sequences\":");
    rows(order.sequences.size(), [&](std::size_t at) { return text_of(order.sequences[at]); });
    out_(",\"steps\":");
    rows(order.steps.size(), [&](std::size_t at) {
      const OrderStep& step = order.steps[at];
      return Row()
          .open()("capacity", step.capacity)("nr_primary", step.nr_primary)("sequence",
                                                                            step.sequence)
          .close();
    });
    out_("}");
  }

  void perf_domains() {
    array("perf_domains", t_.perf_domains().size(), [&](std::size_t at) {
      const PerfDomain& domain = t_.perf_domains()[at];
      Row row;
      row.open()("cpus", to_cpu_list(domain.cpus));
      row.writer().key("states");
      row.writer().begin_array();
      for (const PerfState& state : domain.states) {
        row.put(Json{Row()
                         .open()("khz", state.khz)("performance", state.performance)(
                             "power", state.power)("inefficient", state.inefficient)
                         .close()});
      }
      row.writer().end_array();
      return row.close();
    });
  }

  const View& v_;
  const Topology& t_;
  const Sink& out_;
  bool first_ = true;
};

}  // namespace

void write_json(const View& view, const Sink& out) { Document(view, out).write(); }

}  // namespace scx::scxtopo
