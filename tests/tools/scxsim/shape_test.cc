// SPDX-License-Identifier: GPL-2.0-only
#include "shape.h"

#include <gtest/gtest.h>

#include "../../framework/support.h"

namespace scx::scxsim {
namespace {

Topology described(const Shape& shape) {
  auto topology = Topology::discover(Source::parse(text_of(shape)).value());
  EXPECT_TRUE(topology) << text_of(shape);
  return *std::move(topology);
}

TEST(Shape, ItsDescriptionHasItsUnits) {
  for (const Shape& shape : {Shape{1, 1, 1, 1}, Shape{1, 1, 3, 1}, Shape{1, 2, 1, 1},
                             Shape{2, 1, 1, 2}, Shape{2, 3, 2, 2}, Shape{3, 1, 1, 1}}) {
    const Topology topology = described(shape);
    EXPECT_EQ(topology.online().count(), static_cast<std::size_t>(shape.nr_cpus()));
    EXPECT_EQ(shape_of(topology), shape) << text_of(shape);
    EXPECT_EQ(moved(topology.online(), topology, shape), topology.online()) << text_of(shape);
  }
}

// Nodes of different size, with CPUs numbered thread after thread, and one of them offline.
TEST(Shape, HasAPlaceForEachOnlineCpuOfAnyMachine) {
  RawTopology raw = test::machine(test::cores(1, 2, 0, 0, 0) + test::cores(3, 1, 2, 1, 1) +
                                  test::cores(1, 1, 5, 1, 2));
  test::offline(raw, CpuSet::of({3}));
  const Topology odd = test::valid(std::move(raw));
  const Shape shape = shape_of(odd);
  EXPECT_EQ(shape, (Shape{2, 2, 2, 2}));
  EXPECT_EQ(moved(odd.online(), odd, shape).count(), odd.online().count());
  EXPECT_EQ(moved(CpuSet::of({0, 3, 4}), odd, shape), CpuSet::of({0, 10}));
}

TEST(Shape, ASmallerOneKeepsPlaces) {
  const Shape from{2, 2, 2, 2};
  EXPECT_EQ(moved(CpuSet::of({0, 3, 6, 8, 15}), from, {1, 2, 2, 2}), CpuSet::of({0, 3, 6}));
  EXPECT_EQ(moved(CpuSet::of({0, 3, 6, 8, 15}), from, {2, 2, 2, 1}), CpuSet::of({0, 3, 4}));
  EXPECT_EQ(moved(CpuSet::of({0, 3, 6, 8, 15}), from, {1, 2, 2, 2}, Remain::last),
            CpuSet::of({0, 7}));
  EXPECT_TRUE(moved(CpuSet::of({15}), from, {1, 1, 1, 1}).empty());
  EXPECT_EQ(moved(CpuSet::of({15}), from, {1, 1, 1, 1}, Remain::last), CpuSet::of({0}));
}

}  // namespace
}  // namespace scx::scxsim
