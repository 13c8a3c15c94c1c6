#include "gatewayd/all_routes.hpp"

#include "gatewayd/alpaca.hpp"
#include "gatewayd/api_v1.hpp"
#include "gatewayd/page.hpp"
#include "gatewayd/service_routes.hpp"

namespace trade::gatewayd {

Router router_of_all() {
  Router router;
  for (const auto routes : {service_routes(), v1::order_routes(), v1::market_routes(), v1::account_routes(),
                            v1::stream_routes(), v1::session_routes(), page_routes()})
    router.add(Surface::v1, routes);
  for (const auto routes : {alpaca::order_routes(), alpaca::position_routes(), alpaca::account_routes(),
                            alpaca::activity_routes(), alpaca::portfolio_routes(), alpaca::watchlist_routes(),
                            alpaca::asset_routes(), alpaca::data_routes(), alpaca::history_routes(),
                            alpaca::stream_routes(), alpaca::unsupported_routes()})
    router.add(Surface::alpaca, routes);
  return router;
}

}  // namespace trade::gatewayd
