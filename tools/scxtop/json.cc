// SPDX-License-Identifier: GPL-2.0-only
#include "json.h"

#include <nlohmann/json.hpp>

#include "read.h"

namespace scx::scxtop {

std::string to_json(const Model& model) {
  Tree rates = Tree::object(), answers = Tree::object();
  for (const auto* stats : {&model.top, &model.domains}) {
    if (!*stats) continue;
    for (const Metric& metric : (*stats)->metrics)
      if (metric.counter)
        rates[metric.name] = metric.value.number ? Tree(*metric.value.number) : Tree();
  }
  for (const auto& [target, answer] : model.answers) answers[target] = parse(answer);
  const Tree state{{"socket", model.socket},   {"connected_s", model.connected_s},
                   {"answers", answers},       {"rates", rates},
                   {"lacking", model.lacking}, {"troubles", model.troubles}};
  return state.dump(-1, ' ', true, Tree::error_handler_t::replace) + "\n";
}

}  // namespace scx::scxtop
