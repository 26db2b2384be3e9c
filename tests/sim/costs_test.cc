// SPDX-License-Identifier: GPL-2.0-only
#include "scx/sim/costs.h"

#include <gmock/gmock.h>

namespace scx::sim {
namespace {

TEST(Costs, AreSetByName) {
  Costs costs;
  for (const CostField& field : cost_fields()) {
    ASSERT_TRUE(set_cost(costs, std::string(field.name) + "=17")) << field.name;
    EXPECT_EQ(costs.*field.field, 17u);
  }
}

TEST(Costs, OfWhichThereAreNoneAreNamed) {
  Costs costs;
  for (const char* text : {"nothing=1", "hz", "", "=", "hz=0", "hz=x", "tick_ns=-1",
                           "smt_speed=1025", "slowest_speed=0"}) {
    const Status status = set_cost(costs, text);
    ASSERT_FALSE(status) << text;
    EXPECT_EQ(status.error().kind, ErrorKind::usage);
  }
  EXPECT_THAT(set_cost(costs, "nothing=1").error().message(), testing::HasSubstr("refill_llc_ns"));
}

}  // namespace
}  // namespace scx::sim
