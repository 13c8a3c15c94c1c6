// Inside lib/http only.
#pragma once

#include <boost/asio/ssl/context.hpp>

#include "http/tls.hpp"

namespace trade::http {

struct TlsContext::State {
  boost::asio::ssl::context context{boost::asio::ssl::context::tls_server};
};

}  // namespace trade::http
