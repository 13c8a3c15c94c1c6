#include "http/client_address.hpp"

#include <algorithm>

#include <boost/asio/ip/address.hpp>

namespace trade::http {

std::string client_of_address(const std::string& text) {
  namespace ip = boost::asio::ip;
  boost::system::error_code error;
  const ip::address address = ip::make_address(text, error);
  if (error) return text;
  if (address.is_v4()) return address.to_string();
  if (address.to_v6().is_v4_mapped()) return ip::make_address_v4(ip::v4_mapped, address.to_v6()).to_string();
  auto bytes = address.to_v6().to_bytes();
  std::fill(bytes.begin() + bytes.size() / 2, bytes.end(), static_cast<unsigned char>(0));
  return ip::make_address_v6(bytes).to_string();
}

}  // namespace trade::http
