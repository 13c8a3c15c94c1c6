// What somebody may have meant who wrote a name that there is not.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace trade::format {

/// The candidate most like `text`; empty when none is near.
std::string nearest(std::string_view text, const std::vector<std::string>& candidates);

}  // namespace trade::format
