// Inside lib/http only.
#pragma once

#include <boost/asio/ssl/context.hpp>

#include "http/tls.hpp"

namespace trade::http {

struct TlsContext::State {
  explicit State(boost::asio::ssl::context::method method = boost::asio::ssl::context::tls_server)
      : context(method) {}

  boost::asio::ssl::context context;
};

}  // namespace trade::http
