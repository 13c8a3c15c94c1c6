#include "model/admission.hpp"

#include <algorithm>
#include <variant>

namespace trade {

bool can_be_refused(const CommandBody& body) {
  return std::holds_alternative<PlaceOrder>(body) || std::holds_alternative<ReplaceOrder>(body);
}

std::size_t commands_that_pass(const RequestBody& request) {
  const auto* submitted = std::get_if<SubmitRequest>(&request);
  // A check changes nothing, so nothing is lost when it is refused.
  if (submitted == nullptr || submitted->dry_run) return 0;
  return static_cast<std::size_t>(std::ranges::count_if(
      submitted->commands, [](const SubmittedCommand& command) { return !can_be_refused(command.body); }));
}

}  // namespace trade
