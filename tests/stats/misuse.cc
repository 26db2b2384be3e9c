// SPDX-License-Identifier: GPL-2.0-only
//
// Declarations that must not compile; CMakeLists.txt names the sentence that each one gets.
#include "scx/stats/schema.h"

#include <cstdint>

namespace scx::stats {

struct Undeclared {
  int n;
};

struct Bad {
  int n;
  bool flag;
  char letter;
  void* pointer;
  std::string text;
  std::vector<std::vector<int>> nested;
  std::map<double, int> by_double;
  Undeclared undeclared;
};

struct Loop {
  int n;
  std::map<int, Loop> inner;
};

#if defined(NONE)
SCX_METRICS(Bad, "", gauge(&Bad::n, "n", ""));
#elif defined(BOOL)
SCX_METRICS(Bad, "", gauge(&Bad::flag, "flag", ""));
#elif defined(CHAR)
SCX_METRICS(Bad, "", counter(&Bad::letter, "letter", ""));
#elif defined(POINTER)
SCX_METRICS(Bad, "", field(&Bad::pointer, "pointer", ""));
#elif defined(TEXT_AS_GAUGE)
SCX_METRICS(Bad, "", gauge(&Bad::text, "text", ""));
#elif defined(NUMBER_AS_FIELD)
SCX_METRICS(Bad, "", field(&Bad::n, "n", ""));
#elif defined(NESTED)
SCX_METRICS(Bad, "", gauge(&Bad::nested, "nested", ""));
#elif defined(KEY)
SCX_METRICS(Bad, "", gauge(&Bad::by_double, "by_double", ""));
#elif defined(UNDECLARED)
SCX_METRICS(Bad, "", field(&Bad::undeclared, "undeclared", ""));
#elif defined(OTHER_STRUCT)
SCX_METRICS(Bad, "", gauge(&Undeclared::n, "n", ""));
#elif defined(TWICE)
SCX_METRICS(Bad, "", gauge(&Bad::n, "n", ""), field(&Bad::text, "n", ""));
#elif defined(ATTRIBUTE)
SCX_METRICS(Bad, "", gauge(&Bad::n, "n", "").attribute("om_skip"));
#elif defined(LOOP)
SCX_METRICS(Loop, "", gauge(&Loop::n, "n", ""), field(&Loop::inner, "inner", ""));
#endif

}  // namespace scx::stats
