#!/usr/bin/env bats
# Short sales, limit states of price bands and trailing stop-losses, through the real binaries.
load suite.bash
load gateway.bash

setup() {
  new_home
  small_market
  expect_exit 0 t account open carol --type margin --deposit 100000
}

books_agree() {
  expect_exit 0 t reconcile
  expect_exit 0 t replay journal
}

@test "shares are located, sold short, marked and bought back" {
  expect_exit 3 t place sell_short 10 AAPL --limit 150 --account alice
  expect_error short_sale_not_permitted
  expect_exit 3 t place sell_short 10 AAPL --limit 150 --account carol
  expect_error no_locate
  expect_exit 0 t locate grant carol AAPL --quantity 100
  expect_json '[.account,.symbol,.quantity,.held,.used,.expires_at]' '["carol","AAPL",100,0,0,null]'
  expect_exit 2 t locate grant carol AAPL --quantity 100 --until 2020-01-01
  expect_exit 0 t place sell_short 60 AAPL --limit 150 --account carol
  expect_json '[.side,.status]' '["sell_short","submitted"]'
  short=$(jq -r .id <<<"$output")
  expect_exit 0 t locate list
  expect_json 'map([.account,.symbol,.quantity,.held,.used])' '[["carol","AAPL",100,60,0]]'
  expect_exit 0 t place buy 40 AAPL --limit 150 --account alice
  expect_exit 0 t cancel "$short" --account carol
  expect_exit 0 t account show carol
  expect_json '[.cash_balance,.equity,.reserved,.locates[0].held,.locates[0].used]' \
    '["106000.00","100000.00","0.00",0,40]'
  eventually_portfolio carol '.positions | map([.quantity,.average_cost])' '[[-40,"150.00"]]'
  # Restarted, all of it is there.
  expect_exit 0 t down
  start_suite
  expect_exit 0 t locate list carol
  expect_json 'map([.quantity,.held,.used])' '[[100,0,40]]'
  expect_exit 0 t order "$short"
  expect_json '[.side,.status,.filled_quantity]' '["sell_short","cancelled",40]'
  expect_exit 3 t place sell 1 AAPL --limit 150 --account carol
  expect_error insufficient_shares
  expect_exit 0 t place sell 40 AAPL --limit 145 --account bob
  expect_exit 0 t place buy 40 AAPL --account carol
  expect_json '[.side,.status,.average_price]' '["buy","filled","145.00"]'
  expect_exit 0 t account show carol
  expect_json '[.cash_balance,.equity,.day_trades]' '["100200.00","100200.00",1]'
  expect_exit 0 t locate revoke carol AAPL
  expect_exit 3 t place sell_short 1 AAPL --limit 150 --account carol
  expect_error no_locate
  books_agree
}

@test "the price test comes with a fall of ten percent and shows in events" {
  expect_exit 0 t symbol borrow AAPL easy
  expect_json .easy_to_borrow true
  expect_exit 0 t rules set --short-sale-trigger 10%
  expect_json .short_sale_trigger '"10%"'
  expect_exit 0 t place sell 1 AAPL --limit 135 --account bob
  expect_exit 0 t place buy 2 AAPL --limit 135 --account alice
  expect_exit 0 t symbol show AAPL
  expect_json .short_sale_restricted true
  expect_exit 3 t place sell_short 1 AAPL --limit 135 --account carol
  expect_error short_sale_price_test
  expect_exit 0 t place sell_short 1 AAPL --limit 135.01 --account carol
  expect_exit 0 t place sell_short_exempt 1 AAPL --limit 135 --account carol
  expect_json '[.side,.status]' '["sell_short_exempt","filled"]'
  expect_exit 0 t events --from-sequence 1 --for 1
  [ "$(jq -c 'select(.type=="short_sale_restriction_changed")|[.symbol,.on,.price]' <<<"$output")" = \
    '["AAPL",true,"135.00"]' ]
  expect_exit 0 t rules set --short-sale-trigger 0%
  expect_exit 0 t symbol show AAPL
  expect_json .short_sale_restricted false
  books_agree
}

@test "the HTTP APIs take short sales, and ours trailing stop-losses" {
  url=http://$(cat "$TRADE_HOME/run/gatewayd.http")
  key=$(new_key carol trader)
  http 403 POST /api/v1/orders '{"symbol":"AAPL","side":"sell_short","quantity":5,"price":150}'
  expect_json .code '"no_locate"'
  expect_exit 0 t symbol borrow AAPL easy
  http 201 POST /api/v1/orders '{"symbol":"AAPL","side":"sell_short","quantity":5,"price":150}'
  expect_json '[.side,.status]' '["sell_short","submitted"]'
  http 422 POST /api/v1/orders '{"symbol":"AAPL","side":"short","quantity":5,"price":150}'
  http 200 GET /api/v1/account
  expect_json '[.reserved,.locates]' '["750.00",[]]'
  http 201 POST /api/v1/orders \
    '{"symbol":"AAPL","side":"buy","quantity":1,"price":"140","take_profit_price":"160","stop_loss_trail_amount":"2"}'
  expect_json '[.order_class,(.legs|length)]' '["bracket",2]'
  # There a sale without shares is a short one; the word for it is not known.
  http 422 POST /v2/orders '{"symbol":"AAPL","side":"sell_short","qty":"5","type":"limit","limit_price":"150","time_in_force":"day"}'
  http 200 POST /v2/orders '{"symbol":"AAPL","side":"sell","qty":"5","type":"limit","limit_price":"150","time_in_force":"day"}'
  expect_json '[.side,.position_intent,.status]' '["sell","sell_to_open","new"]'
  key=$(new_key alice trader)
  http 403 POST /v2/orders '{"symbol":"AAPL","side":"sell","qty":"5","type":"limit","limit_price":"150","time_in_force":"day"}'
  http 200 GET /v2/account
  expect_json '[.shorting_enabled,.short_market_value]' '[false,"0.00"]'
}
