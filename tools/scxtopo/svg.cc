// SPDX-License-Identifier: GPL-2.0-only
#include "svg.h"

#include <fmt/format.h>

#include <pugixml.hpp>

namespace scx::scxtopo {
namespace {

using pugi::xml_node;

// Coordinates to a tenth of a pixel: short, and the same on every machine.
std::string number(double value) {
  std::string text = fmt::format("{:.1f}", value);
  if (text.ends_with(".0")) text.resize(text.size() - 2);
  return text;
}

void set(xml_node node, const char* attribute, const std::string& value) {
  node.append_attribute(attribute).set_value(value.c_str());
}

xml_node add_rect(xml_node parent, const Rect& rect, const std::string& classes, double radius) {
  xml_node node = parent.append_child("rect");
  set(node, "class", classes);
  set(node, "x", number(rect.x));
  set(node, "y", number(rect.y));
  set(node, "width", number(rect.width));
  set(node, "height", number(rect.height));
  if (radius > 0) set(node, "rx", number(radius));
  return node;
}

xml_node add_text(xml_node parent, double x, double y, const std::string& text) {
  xml_node node = parent.append_child("text");
  set(node, "x", number(x));
  set(node, "y", number(y));
  node.text().set(text.c_str());
  return node;
}

void add_line(xml_node parent, const Line& line) {
  set(add_text(parent, line.x, line.y, line.text), "font-size", number(line.font));
}

std::string_view class_of(BoxKind kind) {
  switch (kind) {
    case BoxKind::node:
      return "node";
    case BoxKind::llc:
      return "llc";
    case BoxKind::domain:
      return "domain";
    case BoxKind::core:
      return "core";
    case BoxKind::thread:
      return "thread";
    case BoxKind::offline:
      return "offline";
    case BoxKind::memory:
      return "memory";
  }
  return "";
}

std::string style(const Picture& picture) {
  std::string text = R"(
svg { font-family: "DejaVu Sans", Verdana, Arial, sans-serif; fill: #1a1a1a; }
.page { fill: #fff; }
.node { fill: #f1f1ef; stroke: #6b6b6b; stroke-width: 1.5; }
.llc { fill: #fff; stroke: #8a8a8a; }
.domain { fill-opacity: .22; stroke-width: 1.5; }
.core { fill: #fff; stroke: #777; stroke-width: .8; }
.memory { fill: #fafafa; stroke: #8a8a8a; stroke-dasharray: 4 3; }
.offline { fill: #fafafa; stroke: #8a8a8a; stroke-dasharray: 4 3; }
.off { fill: #dcdcdc; }
.cid { font-size: 12px; text-anchor: middle; }
.cpu { font-size: 8px; text-anchor: middle; fill: #3c3c3c; }
.heading { font-weight: bold; }
)";
  for (std::size_t c = 0; c < picture.colours.size(); ++c) {
    text += fmt::format(".c{} {{ fill: {}; }}\n.domain.c{} {{ stroke: {}; }}\n", c,
                        picture.colours[c].fill, c, picture.colours[c].edge);
  }
  return text;
}

void add_box(xml_node parent, const Box& box) {
  xml_node group = parent.append_child("g");
  group.append_child("title").text().set(box.tooltip.c_str());
  const Rect& rect = box.rect;
  std::string classes(class_of(box.kind));
  if (box.colour >= 0) classes += fmt::format(" c{}", box.colour);
  if (box.kind == BoxKind::thread) {
    if (box.colour < 0) classes += " off";
    add_rect(group, rect, classes, 1.5);
    const double middle = rect.x + rect.width / 2;
    set(add_text(group, middle, rect.y + 13.5, box.label), "class", "cid");
    set(add_text(group, middle, rect.y + 23.5, box.small_label), "class", "cpu");
    return;
  }
  add_rect(group, rect, classes, box.kind == BoxKind::core ? 2.5 : 4);
  if (!box.label.empty()) {
    add_line(group, {rect.x + 8, rect.y + box.font * 1.15, box.font, box.label});
  }
  for (const Box& child : box.children) add_box(group, child);
}

}  // namespace

std::string to_svg(const Picture& picture) {
  pugi::xml_document document;
  xml_node svg = document.append_child("svg");
  set(svg, "xmlns", "http://www.w3.org/2000/svg");
  set(svg, "width", number(picture.width));
  set(svg, "height", number(picture.height));
  set(svg, "viewBox", fmt::format("0 0 {} {}", number(picture.width), number(picture.height)));
  svg.append_child("title").text().set(picture.title.c_str());
  svg.append_child("style").text().set(style(picture).c_str());
  add_rect(svg, {0, 0, picture.width, picture.height}, "page", 0);

  xml_node heading = svg.append_child("g");
  set(heading, "class", "heading");
  for (const Line& line : picture.heading) add_line(heading, line);
  for (const Box& box : picture.boxes) add_box(svg, box);
  xml_node legend = svg.append_child("g");
  for (const Swatch& swatch : picture.legend) {
    add_rect(legend, swatch.rect, swatch.colour < 0 ? "off" : fmt::format("c{}", swatch.colour),
             1.5);
    add_line(legend, swatch.line);
  }
  for (const Line& line : picture.legend_text) add_line(legend, line);

  struct Text : pugi::xml_writer {
    void write(const void* data, std::size_t size) override {
      text.append(static_cast<const char*>(data), size);
    }
    std::string text;
  } out;
  document.save(out, "", pugi::format_indent, pugi::encoding_utf8);
  return std::move(out.text);
}

}  // namespace scx::scxtopo
