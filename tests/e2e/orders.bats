#!/usr/bin/env bats
# Orders: types, times in force, replace, cancel, what they look like, what exit status they give.
load suite.bash

setup() {
  new_home
  small_market
}

order_fields='["id","client_order_id","account","symbol","order_type","side","quantity","price","stop_price",'
order_fields+='"time_in_force","status","filled_quantity","average_price","reject_reason","created_at","updated_at",'
order_fields+='"post_only","all_or_none","display_quantity","minimum_quantity","self_trade_prevention",'
order_fields+='"trail_amount","trail_percent","expires_at","reference_price","cancel_reason","order_class","leg",'
order_fields+='"parent_order_id","legs","venue","venue_state","venue_order_id"]'

@test "a resting limit order has every field of the contract" {
  expect_exit 0 t place buy 10 AAPL --limit 149.5 --account alice --client-id mine
  expect_json 'keys_unsorted' "$order_fields"
  expect_json '[.account,.symbol,.order_type,.side,.quantity,.price]' '["alice","AAPL","limit","buy",10,"149.50"]'
  expect_json '[.stop_price,.time_in_force,.status,.filled_quantity]' '[null,"day","submitted",0]'
  expect_json '[.average_price,.reject_reason,.client_order_id]' '[null,null,"mine"]'
  expect_json '.id|type' '"string"'
  expect_json '.created_at|test("^20[0-9-]+T[0-9:]+\\.[0-9]{9}Z$")' true
}

@test "a market order trades at the resting order's price, best first" {
  t place sell 30 AAPL --limit 150.20 --account bob >/dev/null
  t place sell 40 AAPL --limit 150.10 --account bob >/dev/null
  expect_exit 0 t place buy 60 AAPL --account alice
  expect_json '[.status,.filled_quantity,.average_price,.order_type]' '["filled",60,"150.1333","market"]'
  expect_exit 0 t fills --account alice
  expect_json '[.[]|[.price,.quantity,.liquidity,.side]]|sort' '[["150.10",40,"taker","buy"],["150.20",20,"taker","buy"]]'
  expect_exit 0 t fills --account bob
  expect_json '[.[].liquidity]|unique' '["maker"]'
  fill_fields='["id","order_id","account","symbol","side","quantity","price","liquidity","executed_at",'
  fill_fields+='"venue","execution_id","busted"]'
  expect_json '.[0]|keys_unsorted' "$fill_fields"
}

@test "a market order that finds nothing is cancelled, exit 3" {
  expect_exit 3 t place buy 10 AAPL --account alice
  expect_json '[.status,.filled_quantity,.reject_reason]' '["cancelled",0,"no_liquidity"]'
  expect_error no_liquidity
}

@test "a market order that runs out of liquidity has its rest cancelled" {
  t place sell 5 AAPL --limit 150 --account bob >/dev/null
  expect_exit 0 t place buy 10 AAPL --account alice
  expect_json '[.status,.filled_quantity]' '["cancelled",5]'
  expect_exit 0 t orders --account alice --status open
  expect_json 'length' 0
}

@test "limit alone means limit, stop alone stop_loss, both stop_limit" {
  expect_exit 0 t place buy 1 AAPL --limit 140 --account alice
  expect_json .order_type '"limit"'
  expect_exit 0 t place buy 1 AAPL --stop 160 --account alice
  expect_json '[.order_type,.status,.stop_price,.price]' '["stop_loss","validated","160.00",null]'
  expect_exit 0 t place buy 1 AAPL --stop 160 --limit 161 --account alice
  expect_json '[.order_type,.status,.stop_price,.price]' '["stop_limit","validated","160.00","161.00"]'
}

@test "a stop triggers on the last trade price" {
  t place sell 10 AAPL --limit 155 --account bob >/dev/null
  t place sell 10 AAPL --limit 156 --account bob >/dev/null
  stop=$(t place buy 5 AAPL --stop 155 --account alice | jq -r .id)
  expect_exit 0 t order "$stop"
  expect_json .status '"validated"'
  t place buy 1 AAPL --limit 155 --account alice >/dev/null
  expect_exit 0 t order "$stop"
  expect_json '[.status,.average_price]' '["filled","155.00"]'
}

@test "ioc cancels its rest and fok fills whole or not at all" {
  t place sell 5 AAPL --limit 150 --account bob >/dev/null
  expect_exit 0 t place buy 10 AAPL --limit 150 --tif fok --account alice
  expect_json '[.status,.filled_quantity]' '["cancelled",0]'
  expect_exit 0 t place buy 10 AAPL --limit 150 --tif ioc --account alice
  expect_json '[.status,.filled_quantity]' '["cancelled",5]'
}

@test "the queue is by price, then time; a smaller quantity keeps its place" {
  first=$(t place sell 10 AAPL --limit 150 --account bob | jq -r .id)
  second=$(t place sell 10 AAPL --limit 150 --account bob | jq -r .id)
  expect_exit 0 t replace "$first" --quantity 4
  expect_json '[.quantity,.status]' '[4,"submitted"]'
  t place buy 4 AAPL --account alice >/dev/null
  expect_exit 0 t order "$first"
  expect_json .status '"filled"'
  expect_exit 0 t order "$second"
  expect_json .filled_quantity 0
}

@test "a larger quantity goes to the back of the queue" {
  first=$(t place sell 10 AAPL --limit 150 --account bob | jq -r .id)
  second=$(t place sell 10 AAPL --limit 150 --account bob | jq -r .id)
  t replace "$first" --quantity 12 >/dev/null
  t place buy 10 AAPL --account alice >/dev/null
  expect_exit 0 t order "$second"
  expect_json .status '"filled"'
  expect_exit 0 t order "$first"
  expect_json .filled_quantity 0
}

@test "replace to a crossing price trades" {
  t place sell 10 AAPL --limit 150 --account bob >/dev/null
  order=$(t place buy 10 AAPL --limit 149 --account alice | jq -r .id)
  expect_exit 0 t replace "$order" --limit 150
  expect_json '[.status,.average_price]' '["filled","150.00"]'
}

@test "cancel: by its owner, once, and not after it ended" {
  order=$(t place buy 10 AAPL --limit 149 --account alice | jq -r .id)
  expect_exit 4 t cancel "$order" --account bob
  expect_error not_your_order
  grep -q "Not your order" <<<"$errors"
  expect_exit 0 t cancel "$order" --account alice
  expect_exit 3 t cancel "$order" --account alice
  expect_error order_not_cancellable
  expect_exit 5 t cancel 99999 --account alice
}

@test "cancel --all cancels an account's orders, of a symbol when told" {
  t symbol add MSFT --previous-close 100 >/dev/null
  t place buy 1 AAPL --limit 149 --account alice >/dev/null
  t place buy 1 MSFT --limit 99 --account alice >/dev/null
  t place buy 1 AAPL --stop 160 --account alice >/dev/null
  t place sell 1 AAPL --limit 170 --account bob >/dev/null
  expect_exit 0 t cancel --all --symbol AAPL --account alice
  expect_exit 0 t orders --account alice --status open
  expect_json '[.[].symbol]' '["MSFT"]'
  expect_exit 0 t cancel --all --account alice
  expect_exit 0 t orders --account alice --status open
  expect_json length 0
  expect_exit 0 t orders --account bob --status open
  expect_json length 1
}

@test "a retry with the same client order id is the same order" {
  expect_exit 0 t place buy 10 AAPL --limit 149 --client-id once --account alice
  first=$(jq -r .id <<<"$output")
  expect_exit 0 t place buy 10 AAPL --limit 149 --client-id once --account alice
  [ "$(jq -r .id <<<"$output")" = "$first" ]
  expect_exit 3 t place buy 11 AAPL --limit 149 --client-id once --account alice
  expect_error duplicate_client_order_id
  expect_exit 0 t place sell 10 AAPL --limit 151 --client-id once --account bob
  expect_exit 0 t orders --account alice --status all
  expect_json '[.[]|select(.client_order_id=="once" and .status!="rejected")]|length' 1
}

@test "lists: open, closed, by symbol, limited, and the other formats" {
  for price in 141 142 143; do t place buy 1 AAPL --limit $price --account alice >/dev/null; done
  id=$(t place buy 1 AAPL --limit 144 --account alice | jq -r .id)
  t cancel "$id" --account alice >/dev/null
  expect_exit 0 t orders --account alice --status open
  expect_json length 3
  expect_exit 0 t orders --account alice --status closed
  expect_json '[.[].status]' '["cancelled"]'
  expect_exit 0 t orders --account alice --status all --limit 2
  expect_json length 2
  expect_exit 0 "$trade" -o jsonl orders --account alice --status open
  [ "$(wc -l <<<"$output")" = 3 ]
  expect_exit 0 "$trade" -o csv orders --account alice --status open
  [ "$(wc -l <<<"$output")" = 4 ]
  [ "$(head -1 <<<"$output" | cut -d, -f1-3)" = "id,client_order_id,account" ]
  expect_exit 0 "$trade" orders --account alice --status open
  [ "$(awk '{ if (length($0) > longest) longest = length($0) } END { print longest }' <<<"$output")" -le 80 ]
}

@test "wait ends when the order fills, and says so when it ended otherwise" {
  order=$(t place buy 5 AAPL --limit 150 --account alice | jq -r .id)
  expect_exit 6 t wait "$order" --for filled --timeout 1
  t place sell 5 AAPL --limit 150 --account bob >/dev/null
  expect_exit 0 t wait "$order" --for filled
  expect_json .status '"filled"'
  order=$(t place buy 5 AAPL --limit 140 --account alice | jq -r .id)
  t cancel "$order" --account alice >/dev/null
  expect_exit 0 t wait "$order" --for done
  expect_exit 3 t wait "$order" --for filled
}

@test "a dry run says what would happen and changes nothing" {
  expect_exit 0 t place buy 10 AAPL --limit 149 --account alice --dry-run
  expect_exit 3 t place buy 1000 AAPL --limit 149 --account alice --dry-run
  expect_error insufficient_buying_power
  expect_exit 0 t orders --account alice --status all
  expect_json length 0
}

@test "wrong words are usage errors" {
  expect_exit 2 t place hold 10 AAPL --account alice
  expect_exit 2 t place buy ten AAPL --account alice
  expect_exit 2 t place buy 0 AAPL --account alice
  expect_exit 2 t place buy -5 AAPL --account alice
  expect_exit 2 t place buy 1.5 AAPL --account alice
  expect_exit 2 t place buy 10 AAPL --limit 1.00001 --account alice
  expect_exit 2 t place buy 10 AAPL --limit -1 --account alice
  expect_exit 2 t place buy 10 AAPL --tif never --account alice
  expect_exit 2 t place buy 10
  expect_exit 2 t plaec buy 10 AAPL
  grep -q place <<<"$errors"
  expect_exit 5 t order 424242
}

@test "orders are the same in tradingd's answer and in the books" {
  t place sell 7 AAPL --limit 150 --account bob >/dev/null
  placed=$(t place buy 10 AAPL --limit 150 --account alice --client-id same)
  expect_exit 0 t order "$(jq -r .id <<<"$placed")"
  [ "$(jq -cS . <<<"$placed")" = "$(jq -cS . <<<"$output")" ] || { echo "$placed"; echo "$output"; false; }
}
