// SPDX-License-Identifier: GPL-2.0-only
//
// What somebody at the screen has chosen, and what the keys do to it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "model.h"

namespace scx::scxtop {

enum class Order : std::uint8_t { lat_cri, runtime, runs, wakes, comm };
inline constexpr std::size_t kOrders = 5;

struct View {
  Sections shown = kAllSections;
  Order order = Order::lat_cri;
  double interval_s = 1;
  bool paused = false;
  bool help = false;
  bool colour = true;
  std::size_t scroll = 0;  // lines of the body that are above the screen
};

enum class Key : std::uint8_t {
  none,
  quit,
  help,
  faster,
  slower,
  pause,
  sort,
  colour,
  next,
  up,
  down,
  page_up,
  page_down,
  top,
  end,
  redraw,
  section1,
  section2,
  section3,
  section4,
  section5,
};

// Of the body as it was drawn last: how much there is, where its sections begin.
struct Extent {
  std::size_t lines = 0, rows = 0;  // of the body, of the screen for it
  std::size_t starts[kSections] = {};
};

// A key that quits or wants the screen painted anew changes nothing.
void press(Key key, View& view, const Extent& extent);

// As far down as there is something to see.
std::size_t last_scroll(const Extent& extent);

const char* name_of(Order order);

}  // namespace scx::scxtop
