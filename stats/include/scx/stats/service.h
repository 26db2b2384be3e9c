// SPDX-License-Identifier: GPL-2.0-only
//
// Service: what a scheduler offers to those who ask, as named targets. It knows nothing of sockets;
// a Server (server.h) hands it to clients.
//
//   Service service;
//   service.add<Counters>("top", [&] { return read_counters(); });
//
// A target that remembers what it told each client (deltas since that client's previous request)
// is opened once a connection:
//
//   service.add("top", Schema::of<Rates>(), [&] {
//     return [&, last = Counters{}](const Args&) mutable -> Result<Json> {
//       const Counters now = read_counters();
//       return to_json(rates(std::exchange(last, now), now));
//     };
//   });
//
// Threads: every function given here is called on the server's thread, one at a time, and handlers
// are destroyed there; what they read needs its own protection (a mutex, atomics). A handler that
// waits makes every client wait: it answers at once from what there is. Nothing is called while
// nobody asks.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "scx/base/result.h"
#include "scx/stats/json.h"
#include "scx/stats/metrics.h"
#include "scx/stats/schema.h"

namespace scx::stats {

// A request's arguments, "target" among them.
using Args = std::map<std::string, std::string, std::less<>>;

// Answers a request with the target's object. An error reaches the client with its errno (one that
// fits the kind where it has none, EINVAL where none fits), and what and cure as its sentence.
using Handler = std::move_only_function<Result<Json>(const Args&)>;

// Makes the handler of one connection, at its first request for the target.
using Opener = std::function<Handler()>;

class Service {
 public:
  // A target whose answer is a T, the same for everyone. `sample` takes nothing and returns T or
  // Result<T>. "top" is the target of requests that name none.
  template <Metrics T, typename Sample>
  Service& add(std::string name, Sample sample) {
    using Returned = std::invoke_result_t<Sample&>;
    static_assert(std::is_same_v<Returned, T> || std::is_same_v<Returned, Result<T>>,
                  "Service::add<T>(): the function returns T or Result<T>");
    auto shared = std::make_shared<Sample>(std::move(sample));
    return add(std::move(name), Schema::of<T>(), [shared] {
      return [shared](const Args&) -> Result<Json> {
        if constexpr (std::is_same_v<Returned, T>) {
          return to_json((*shared)());
        } else {
          return to_json(SCX_TRY((*shared)()));
        }
      };
    });
  }

  // A target whose handlers are opened per connection. The schema is what `stats_meta` tells of it,
  // which may be less than the answer (of a list, its elements only). The root of the target "top"
  // gets the attribute top.
  Service& add(std::string name, Schema schema, Opener open);

  // All targets' structs by name; see Schema::json(). What describe() and View are made from.
  Json metadata() const { return schema_.json(); }
  const std::map<std::string, Opener, std::less<>>& targets() const { return targets_; }

  // Whether the service can be served. Errors: invalid for a target that was added twice or two
  // different structs with the same name.
  const Status& status() const { return status_; }

 private:
  Schema schema_;
  std::map<std::string, Opener, std::less<>> targets_;
  Status status_;
};

}  // namespace scx::stats
