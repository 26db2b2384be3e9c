// SPDX-License-Identifier: GPL-2.0-only
#include "view.h"

#include <algorithm>
#include <array>

namespace scx::scxtop {
namespace {

constexpr std::array kIntervals{0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0};

double next_shorter(double interval) {
  const auto at = std::ranges::lower_bound(kIntervals, interval);
  return at == kIntervals.begin() ? interval : *(at - 1);
}

double next_longer(double interval) {
  const auto at = std::ranges::upper_bound(kIntervals, interval);
  return at == kIntervals.end() ? interval : *at;
}

// The next section that begins below the first line of the screen; after the last one the top.
std::size_t next_section(const View& view, const Extent& extent) {
  if (view.scroll >= last_scroll(extent)) return 0;
  std::size_t found = extent.lines;
  for (const std::size_t start : extent.starts)
    if (start > view.scroll) found = std::min(found, start);
  return found == extent.lines ? 0 : found;
}

void scroll(Key key, View& view, const Extent& extent) {
  const std::size_t page = std::max<std::size_t>(extent.rows, 2) - 1;
  const auto up = [&](std::size_t lines) { view.scroll -= std::min(view.scroll, lines); };
  switch (key) {
    case Key::up:
      up(1);
      break;
    case Key::page_up:
      up(page);
      break;
    case Key::down:
      view.scroll += 1;
      break;
    case Key::page_down:
      view.scroll += page;
      break;
    case Key::top:
      view.scroll = 0;
      break;
    case Key::end:
      view.scroll = last_scroll(extent);
      break;
    case Key::next:
      view.scroll = next_section(view, extent);
      break;
    default:
      break;
  }
  view.scroll = std::min(view.scroll, last_scroll(extent));
}

}  // namespace

void press(Key key, View& view, const Extent& extent) {
  switch (key) {
    case Key::help:
      view.help = !view.help;
      view.scroll = 0;
      break;
    case Key::faster:
      view.interval_s = next_shorter(view.interval_s);
      break;
    case Key::slower:
      view.interval_s = next_longer(view.interval_s);
      break;
    case Key::pause:
      view.paused = !view.paused;
      break;
    case Key::colour:
      view.colour = !view.colour;
      break;
    case Key::sort:
      view.order = static_cast<Order>((static_cast<std::size_t>(view.order) + 1) % kOrders);
      break;
    case Key::section1:
    case Key::section2:
    case Key::section3:
    case Key::section4:
    case Key::section5: {
      bool& shown =
          view.shown[static_cast<std::size_t>(key) - static_cast<std::size_t>(Key::section1)];
      shown = !shown;
      break;
    }
    default:
      scroll(key, view, extent);
  }
}

std::size_t last_scroll(const Extent& extent) {
  return extent.lines > extent.rows ? extent.lines - extent.rows : 0;
}

const char* name_of(Order order) {
  switch (order) {
    case Order::lat_cri:
      return "latency criticality";
    case Order::runtime:
      return "run time";
    case Order::runs:
      return "runs";
    case Order::wakes:
      return "wake-ups";
    case Order::comm:
      return "name";
  }
  return "";
}

}  // namespace scx::scxtop
