// SPDX-License-Identifier: GPL-2.0-only
//
// The least power for a capacity, against trying everything.
#include "map/energy_order.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <map>
#include <random>

namespace scx::test {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;

constexpr std::uint64_t kHuge = std::numeric_limits<std::uint64_t>::max();

// Owns the states that an EnergyDomain refers to.
struct Model {
  void add(std::vector<std::uint32_t> capacities, std::vector<PerfState> domain_states) {
    capacities_of.push_back(std::move(capacities));
    states.push_back(std::move(domain_states));
  }
  std::vector<EnergyChoice> choices(std::size_t most = 64) const {
    std::vector<EnergyDomain> domains;
    for (std::size_t d = 0; d < states.size(); ++d)
      domains.push_back({capacities_of[d], states[d]});
    return cheapest_choices(domains, most);
  }
  std::uint64_t total() const {
    std::uint64_t sum = 0;
    for (const auto& capacities : capacities_of) {
      for (std::uint32_t capacity : capacities) sum += capacity;
    }
    return sum;
  }

  std::vector<std::vector<std::uint32_t>> capacities_of;
  std::vector<std::vector<PerfState>> states;
};

PerfState state(std::uint64_t performance, std::uint64_t power, bool inefficient = false) {
  return {.khz = performance * 1000,
          .performance = performance,
          .power = power,
          .inefficient = inefficient};
}

// Every (capacity, power) that some number of CPUs and some state of each domain make, as written,
// with the numbers of CPUs.
struct Outcome {
  std::uint64_t capacity = 0, power = 0;
  std::vector<std::uint32_t> nr_cpus;
};
std::vector<Outcome> every_outcome(const Model& model) {
  std::vector<Outcome> all = {{}};
  for (std::size_t d = 0; d < model.states.size(); ++d) {
    std::uint64_t fastest = 0;
    for (const PerfState& s : model.states[d]) fastest = std::max(fastest, s.performance);
    std::vector<Outcome> next;
    for (const Outcome& base : all) {
      for (std::size_t n = 0; n <= model.capacities_of[d].size(); ++n) {
        std::uint64_t sum = 0;
        for (std::size_t cpu = 0; cpu < n; ++cpu) sum += model.capacities_of[d][cpu];
        for (const PerfState& s : model.states[d]) {
          if (s.inefficient && s.performance < fastest) continue;
          Outcome outcome = base;
          outcome.capacity += sum * s.performance / fastest;
          outcome.power += n * s.power;
          outcome.nr_cpus.push_back(static_cast<std::uint32_t>(n));
          next.push_back(outcome);
        }
      }
    }
    all = std::move(next);
  }
  return all;
}

std::uint64_t optimum(const std::vector<Outcome>& all, std::uint64_t capacity) {
  std::uint64_t least = kHuge;
  for (const Outcome& outcome : all) {
    if (outcome.capacity >= capacity) least = std::min(least, outcome.power);
  }
  return least;
}

Model random_model(std::mt19937& random, std::uint32_t most_capacity) {
  Model model;
  const auto below = [&](unsigned n) { return static_cast<unsigned>(random() % n); };
  for (unsigned d = 1 + below(3); d > 0; --d) {
    std::vector<std::uint32_t> capacities(1 + below(4), 1 + below(most_capacity));
    if (below(4) == 0) capacities.back() = 1 + below(capacities.back());
    std::vector<PerfState> states;
    std::uint64_t performance = 0, power = 0;
    for (unsigned s = 1 + below(4); s > 0; --s) {
      performance += 1 + below(300);
      power += 1 + below(500);
      states.push_back(state(performance, power, below(6) == 0));
    }
    model.add(capacities, states);
  }
  return model;
}

// The choice is one of those that there are; says what it costs.
void expect_real(const EnergyChoice& choice, const std::vector<Outcome>& all) {
  bool found = false;
  for (const Outcome& outcome : all) {
    found |= outcome.nr_cpus == choice.nr_cpus && outcome.capacity == choice.capacity &&
             static_cast<double>(outcome.power) == choice.power;
  }
  EXPECT_TRUE(found) << choice.capacity << " for " << choice.power;
}

TEST(EnergyOrder, SmallModelsAreSolvedExactly) {
  for (unsigned seed = 0; seed < 120 && !::testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random{seed};
    const Model model = random_model(random, 80);  // 3 × 4 × 80 is below the buckets
    const std::vector<Outcome> all = every_outcome(model);
    const std::vector<EnergyChoice> choices = model.choices(5000);
    std::uint64_t capacity = 0;
    for (const EnergyChoice& choice : choices) {
      expect_real(choice, all);
      // Every load above the choice before gets this one.
      EXPECT_EQ(static_cast<double>(optimum(all, capacity + 1)), choice.power) << capacity;
      EXPECT_EQ(static_cast<double>(optimum(all, choice.capacity)), choice.power);
      capacity = choice.capacity;
    }
    EXPECT_EQ(choices.back().capacity, model.total());
  }
}

TEST(EnergyOrder, LargerOnesAreWithinOnePercentOfTheCapacity) {
  for (unsigned seed = 0; seed < 120 && !::testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random{seed};
    const Model model = random_model(random, 1024);
    const std::vector<Outcome> all = every_outcome(model);
    const std::uint64_t slack = model.total() / 100;
    std::uint64_t before = 0;
    for (const EnergyChoice& choice : model.choices(5000)) {
      expect_real(choice, all);
      // Any load above the choice before gets this one.
      EXPECT_LE(choice.power, static_cast<double>(optimum(all, before + 1 + slack)));
      EXPECT_GE(choice.power, static_cast<double>(optimum(all, choice.capacity)));
      before = choice.capacity;
    }
    EXPECT_EQ(before, model.total());
  }
}

TEST(EnergyOrder, LittleCpusCarrySmallLoadsAndBigOnesTheRest) {
  Model phone;
  phone.add({250, 250}, {state(100, 10), state(250, 60)});
  phone.add({1024}, {state(400, 100), state(1024, 600)});
  std::map<std::uint64_t, std::vector<std::uint32_t>> by_capacity;
  for (const EnergyChoice& choice : phone.choices()) by_capacity[choice.capacity] = choice.nr_cpus;
  const auto carrying = [&](std::uint64_t load) { return by_capacity.lower_bound(load)->second; };
  EXPECT_THAT(carrying(90), ElementsAre(1, 0));
  EXPECT_THAT(carrying(150), ElementsAre(2, 0));  // two slow ones cost less than a fast one
  EXPECT_THAT(carrying(400), ElementsAre(0, 1));  // 100, where two fast little ones take 120
  EXPECT_THAT(carrying(600), ElementsAre(2, 1));  // all slow
  EXPECT_THAT(carrying(1524), ElementsAre(2, 1));
}

TEST(EnergyOrder, InefficientStatesArePassedOver) {
  Model model;
  model.add({1000, 1000}, {state(500, 10, true), state(600, 100), state(1000, 300)});
  const auto choices = model.choices();
  EXPECT_EQ(choices.front().capacity, 600U);
  EXPECT_EQ(choices.front().power, 100);
}

TEST(EnergyOrder, TheFastestStateCountsWhateverItSays) {
  Model model;
  model.add({1024}, {state(500, 10, true), state(1000, 90, true)});
  const auto choices = model.choices();
  ASSERT_EQ(choices.size(), 1U);
  EXPECT_EQ(choices[0].capacity, 1024U);
  EXPECT_EQ(choices[0].power, 90);
}

TEST(EnergyOrder, AModelWithoutFiguresCannotBeUsed) {
  Model no_power, no_performance, no_states, no_cpus;
  no_power.add({1024}, {state(1024, 0)});
  no_performance.add({1024}, {state(1024, 10)});
  no_performance.add({1024}, {{.khz = 1000, .performance = 0, .power = 10}});
  no_states.add({1024}, {});
  no_cpus.add({}, {state(1024, 10)});
  for (const Model* model : {&no_power, &no_performance, &no_states, &no_cpus})
    EXPECT_TRUE(model->choices().empty());
  EXPECT_TRUE(Model{}.choices().empty());
}

TEST(EnergyOrder, HostileFiguresDoNotOverflow) {
  Model model;
  model.add(std::vector<std::uint32_t>(8, 1024),
            {state(1, 1), state(kHuge / 2, kHuge), state(kHuge, kHuge)});
  model.add(std::vector<std::uint32_t>(8, 512), {state(kHuge - 1, kHuge - 1), state(kHuge, kHuge)});
  model.add({1, 1}, {state(1, kHuge)});
  std::uint64_t before = 0;
  double power = 0;
  for (const EnergyChoice& choice : model.choices()) {
    EXPECT_GT(choice.capacity, before);
    EXPECT_GT(choice.power, power);
    before = choice.capacity;
    power = choice.power;
  }
  EXPECT_EQ(before, model.total());
}

TEST(EnergyOrder, StatesThatAFasterOneUndercutsAreNotUsable) {
  const std::vector<PerfState> states = {state(100, 50), state(200, 40), state(300, 40),
                                         state(400, 90)};
  std::vector<std::uint64_t> performance;
  for (const PerfState& usable : usable_states(states, 64))
    performance.push_back(usable.performance);
  EXPECT_THAT(performance, ElementsAre(300, 400));
}

TEST(EnergyOrder, ManyStatesAreThinned) {
  std::vector<PerfState> states;
  for (std::uint64_t s = 1; s <= 10000; ++s) states.push_back(state(s, s * s));
  const std::vector<PerfState> usable = usable_states(states, 64);
  EXPECT_EQ(usable.size(), 64U);
  EXPECT_EQ(usable.front().performance, 1U);
  EXPECT_EQ(usable.back().performance, 10000U);
}

// 8,192 CPUs in perf domains of `size`, of `kinds` kinds.
Model large(std::size_t size, std::size_t kinds) {
  Model model;
  for (std::size_t d = 0; d < 8192 / size; ++d) {
    const std::size_t kind = d % kinds;
    std::vector<PerfState> states;
    for (std::uint64_t s = 1; s <= 8; ++s)
      states.push_back(state(s * 128, s * s * (1'000'000 + kind)));
    model.add(std::vector<std::uint32_t>(size, 1024), states);
  }
  return model;
}

TEST(EnergyOrder, ThousandsOfPerfDomainsTakeTheirSlowestStateFirst) {
  for (const std::size_t size : {1, 8, 8192}) {
    for (const std::size_t kinds : {1, 8192}) {
      SCOPED_TRACE(testing::Message() << size << " " << kinds);
      const auto choices = large(size, kinds).choices();
      EXPECT_LE(choices.size(), 64U);
      // Every CPU at its slowest state gives an eighth of the whole, and nothing is cheaper.
      for (const EnergyChoice& choice : choices) {
        std::size_t used = 0;
        for (std::uint32_t nr_cpus : choice.nr_cpus) used += nr_cpus;
        if (choice.capacity <= 8192 * 128) {
          EXPECT_EQ(choice.capacity, used * 128);
        }
      }
      EXPECT_EQ(choices.back().capacity, 8192U * 1024);
      EXPECT_THAT(choices.back().nr_cpus, Each(size));
    }
  }
}

TEST(EnergyOrder, StepsAreAllOfAFewAndSpreadOverMany) {
  const std::vector<std::uint64_t> few = {5, 9, 1000};
  EXPECT_THAT(spread_steps(few, 3), ElementsAre(0, 1, 2));
  EXPECT_TRUE(spread_steps({}, 3).empty());
  std::vector<std::uint64_t> many;
  for (std::uint64_t capacity = 1; capacity <= 1000; ++capacity) many.push_back(capacity);
  const auto steps = spread_steps(many, 8);
  ASSERT_EQ(steps.size(), 8U);
  EXPECT_EQ(many[steps[7]], 1000U);
  EXPECT_EQ(many[steps[6]], 875U);
}

}  // namespace
}  // namespace scx::test
