// SPDX-License-Identifier: GPL-2.0-only
//
// Where everything is in the picture of a machine: nested boxes with labels, colours and tooltips.
// Pure arithmetic, without a word of SVG (svg.h).
#pragma once

#include <string>
#include <vector>

#include "scx/base/ids.h"
#include "view.h"

namespace scx::scxtopo {

// In pixels, y downwards.
struct Rect {
  double x = 0, y = 0, width = 0, height = 0;
  double right() const { return x + width; }
  double bottom() const { return y + height; }
};

// node > llc > domain > core > thread; offline > thread; memory is a node without CPUs.
enum class BoxKind { node, llc, domain, core, thread, offline, memory };

struct Box {
  BoxKind kind = BoxKind::node;
  Rect rect;                // absolute; children lie inside it and do not overlap
  std::string label;        // above the children; a thread's is its cid
  double font = 0;          // size of the label
  std::string small_label;  // a thread's CPU number, beneath the cid
  std::string tooltip;
  int colour = -1;  // index into Picture::colours; -1: the kind's own
  Cid cid;          // of a thread
  std::vector<Box> children;
};

// One colour for each pair of hue and tier that occurs. Hues go round with the domains and are told
// apart by colour-blind people too; a smaller tier is paler.
struct Colour {
  std::string fill, edge;
  bool operator==(const Colour&) const = default;
};

struct Line {
  double x = 0, y = 0, font = 0;  // y is the baseline
  std::string text;
};

struct Swatch {
  Rect rect;
  int colour = -1;  // -1: grey, what is offline
  Line line;
};

struct Picture {
  double width = 0, height = 0;
  std::string title;
  std::vector<Line> heading;
  std::vector<Box> boxes;
  std::vector<Swatch> legend;
  std::vector<Line> legend_text;
  std::vector<Colour> colours;
};

Picture lay_out(const View& view);

}  // namespace scx::scxtopo
