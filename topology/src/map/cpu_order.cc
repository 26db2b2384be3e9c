// SPDX-License-Identifier: GPL-2.0-only
//
// docs/topology.md, "Preference orders", has the rules.
#include "scx/topology/cpu_order.h"

#include <fmt/core.h>

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>
#include <optional>
#include <tuple>
#include <utility>

#include "energy_order.h"
#include "scx/base/cpu_set.h"

namespace scx {
namespace {

using Sequence = std::vector<Cid>;

// What the hardware thread `thread` of a core adds when those before it are busy, in 60ths of its
// capacity: a second thread adds some 30 % to a core, and each further one less.
std::uint64_t gain(std::uint64_t capacity, std::int32_t thread) {
  return thread == 0 ? capacity * 60 : capacity * 18 / static_cast<std::uint64_t>(thread);
}

class OrderBuilder {
 public:
  OrderBuilder(const Topology& topology, const CidMap& cids, const Domains& domains)
      : topology_(topology), cids_(cids), domains_(domains) {}

  PreferenceOrders build(const OrderOptions& options) const {
    PreferenceOrders orders;
    const Sequence powersave = powersave_sequence();
    orders.performance = topological(performance_sequence());
    std::optional<PreferenceOrder> order;
    if (options.use_energy_model) order = by_energy_model(powersave);
    orders.from_energy_model = order.has_value();
    orders.powersave = order ? *std::move(order) : topological(powersave);
    return orders;
  }

  Result<PreferenceOrders> preferred(std::span<const CpuId> preference) const {
    Sequence sequence;
    CpuSet named;
    for (const CpuId id : preference) {
      if (!topology_.possible().contains(id))
        return fail(
            ErrorKind::invalid,
            fmt::format("the order of CPUs names CPU {}, which this machine has not", id.value()),
            "name CPUs of " + to_cpu_list(topology_.possible()));
      if (named.contains(id))
        return fail(ErrorKind::invalid,
                    fmt::format("the order of CPUs names CPU {} twice", id.value()));
      named.insert(id);
      if (const Cid cid = cids_.cid(id); cids_.online().contains(cid)) sequence.push_back(cid);
    }
    for (const Cid cid : performance_sequence())
      if (!named.contains(cids_.cpu(cid))) sequence.push_back(cid);
    PreferenceOrder order = topological(std::move(sequence));
    return PreferenceOrders{order, order, false};
  }

 private:
  const Cpu& cpu(Cid cid) const { return topology_.at(cids_.cpu(cid)); }

  Sequence online() const {
    Sequence sequence;
    for (std::int32_t at = 0; at < cids_.online().count; ++at) sequence.push_back(Cid{at});
    return sequence;
  }

  // Little cores first. Cid order does the rest: it keeps threads with their core, cores with their
  // LLC, and LLCs with their node.
  Sequence powersave_sequence() const {
    Sequence sequence = online();
    std::stable_sort(sequence.begin(), sequence.end(),
                     [&](Cid a, Cid b) { return cpu(a).tier > cpu(b).tier; });
    return sequence;
  }

  Sequence performance_sequence() const {
    constexpr int kWorst = std::numeric_limits<int>::max();
    std::map<int, std::uint32_t> capacity;            // by tier, of its biggest CPU
    std::map<std::pair<int, int>, int> best_in_node;  // by (tier, node unit), the best rank
    std::vector<int> best_in_domain(domains_.all().size(), kWorst);
    for (Cid cid : online()) {
      const Cpu& at = cpu(cid);
      capacity[at.tier] = std::max(capacity[at.tier], at.capacity);
      int& node = best_in_node.try_emplace({at.tier, cids_.node_unit(cid)}, kWorst).first->second;
      int& domain = best_in_domain[domains_.domain(cid).index()];
      node = std::min(node, at.rank);
      domain = std::min(domain, at.rank);
    }

    // Smaller is earlier. The first three make a class (such as "first threads of the big cores"),
    // the next four compact inside it, the best node and LLC first, the last two order an LLC.
    using Key = std::tuple<std::uint64_t, int, std::int32_t, int, int, int, int, int, std::int32_t>;
    std::vector<Key> keys;
    for (Cid cid : online()) {
      const Cpu& at = cpu(cid);
      const int node = cids_.node_unit(cid);
      const DomainId domain = domains_.domain(cid);
      const std::int32_t thread =
          cid.value() - cids_.cores()[cids_.core(cid).index()].first.value();
      keys.emplace_back(std::numeric_limits<std::uint64_t>::max() - gain(capacity[at.tier], thread),
                        at.tier, thread, best_in_node[{at.tier, node}], node,
                        best_in_domain[domain.index()], domain.value(), at.rank, cid.value());
    }
    std::sort(keys.begin(), keys.end());
    Sequence sequence;
    for (const Key& key : keys) sequence.emplace_back(std::get<8>(key));
    return sequence;
  }

  // One sequence, of which the steps take more and more.
  PreferenceOrder topological(Sequence sequence) const {
    PreferenceOrder order;
    std::vector<std::uint64_t> capacities;
    for (Cid cid : sequence)
      capacities.push_back((capacities.empty() ? 0 : capacities.back()) + cpu(cid).capacity);
    for (std::size_t at : spread_steps(capacities, kMaxOrderSteps))
      order.steps.push_back({capacities[at], static_cast<std::int32_t>(at) + 1, 0});
    order.sequences.push_back(std::move(sequence));
    return order;
  }

  // The online cids of each perf domain in the order of their use: the biggest first, because the
  // CPUs of one perf domain cost the same; else as `sequence` has them. None unless every online
  // CPU is in one: the kernel does not use such a model either.
  std::optional<std::vector<Sequence>> perf_domain_cids(const Sequence& sequence) const {
    std::vector<std::int32_t> of_cid(sequence.size(), -1);
    std::vector<Sequence> members(topology_.perf_domains().size());
    for (std::size_t d = 0; d < members.size(); ++d) {
      for (CpuId id : topology_.perf_domains()[d].cpus) {
        const Cid cid = cids_.cid(id);
        // The first of several perf domains that name a CPU has it.
        if (cids_.online().contains(cid) && of_cid[cid.index()] < 0)
          of_cid[cid.index()] = static_cast<std::int32_t>(d);
      }
    }
    for (Cid cid : sequence) {
      if (of_cid[cid.index()] < 0) return std::nullopt;
      members[static_cast<std::size_t>(of_cid[cid.index()])].push_back(cid);
    }
    for (Sequence& cids : members) {
      std::stable_sort(cids.begin(), cids.end(),
                       [&](Cid a, Cid b) { return cpu(a).capacity > cpu(b).capacity; });
    }
    return members;
  }

  std::optional<PreferenceOrder> by_energy_model(const Sequence& sequence) const {
    std::optional<std::vector<Sequence>> members = perf_domain_cids(sequence);
    if (!members) return std::nullopt;
    std::vector<EnergyDomain> domains;
    std::vector<const Sequence*> cids;
    for (std::size_t d = 0; d < members->size(); ++d) {
      if ((*members)[d].empty()) continue;  // offline, or named by another one as well
      EnergyDomain domain{{}, topology_.perf_domains()[d].states};
      for (Cid cid : (*members)[d]) domain.capacities.push_back(cpu(cid).capacity);
      domains.push_back(std::move(domain));
      cids.push_back(&(*members)[d]);
    }
    const std::vector<EnergyChoice> choices = cheapest_choices(domains, kMaxOrderSteps);
    if (choices.empty()) return std::nullopt;
    return energy_order(choices, cids, sequence);
  }

  // A run of steps whose CPUs are among those of the next one shares a sequence. The CPUs that none
  // of them uses follow as the run above has them, so those that more load needs come next.
  static PreferenceOrder energy_order(const std::vector<EnergyChoice>& choices,
                                      const std::vector<const Sequence*>& members,
                                      const Sequence& base) {
    PreferenceOrder order;
    for (const EnergyChoice& choice : choices)
      order.steps.push_back(
          {choice.capacity,
           std::accumulate(choice.nr_cpus.begin(), choice.nr_cpus.end(), std::int32_t{0}), 0});
    for (std::size_t end = choices.size(); end > 0;) {
      std::size_t first = end - 1;
      while (first > 0 && is_part_of(choices[first - 1], choices[first])) --first;
      Sequence shared = run_sequence(std::span(choices).subspan(first, end - first), members,
                                     order.sequences.empty() ? base : order.sequences.back());
      for (std::size_t s = first; s < end; ++s)
        order.steps[s].sequence = static_cast<std::int32_t>(order.sequences.size());
      order.sequences.push_back(std::move(shared));
      end = first;
    }
    return order;
  }

  // Those that the first of the run uses, then those that each next one adds, then the others; in
  // each of these parts as `before` has them.
  static Sequence run_sequence(std::span<const EnergyChoice> run,
                               const std::vector<const Sequence*>& members,
                               const Sequence& before) {
    std::vector<std::size_t> part_of(before.size(), run.size());  // by cid
    for (std::size_t part = run.size(); part-- > 0;) {
      for (std::size_t d = 0; d < members.size(); ++d) {
        for (std::uint32_t at = 0; at < run[part].nr_cpus[d]; ++at)
          part_of[(*members[d])[at].index()] = part;
      }
    }
    Sequence sequence = before;
    std::stable_sort(sequence.begin(), sequence.end(),
                     [&](Cid a, Cid b) { return part_of[a.index()] < part_of[b.index()]; });
    return sequence;
  }

  static bool is_part_of(const EnergyChoice& less, const EnergyChoice& more) {
    return std::equal(less.nr_cpus.begin(), less.nr_cpus.end(), more.nr_cpus.begin(),
                      [](std::uint32_t a, std::uint32_t b) { return a <= b; });
  }

  const Topology& topology_;
  const CidMap& cids_;
  const Domains& domains_;
};

}  // namespace

const OrderStep& PreferenceOrder::step_for(std::uint64_t capacity) const {
  const auto found = std::lower_bound(
      steps.begin(), steps.end(), capacity,
      [](const OrderStep& step, std::uint64_t wanted) { return step.capacity < wanted; });
  return found != steps.end() ? *found : steps.back();
}

PreferenceOrders make_orders(const Topology& topology, const CidMap& cids, const Domains& domains,
                             const OrderOptions& options) {
  return OrderBuilder(topology, cids, domains).build(options);
}

Result<PreferenceOrders> orders_from(const Topology& topology, const CidMap& cids,
                                     const Domains& domains, std::span<const CpuId> preference) {
  return OrderBuilder(topology, cids, domains).preferred(preference);
}

}  // namespace scx
