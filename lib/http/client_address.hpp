#pragma once

#include <string>

namespace trade::http {

/// Whose an address is, as far as it says: an IPv4 address, also one that is written as IPv6; of IPv6 the
/// /64, since who has one address there has them all. What is no address is itself.
std::string client_of_address(const std::string& address);

}  // namespace trade::http
