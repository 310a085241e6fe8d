// Runs a table network, stage by stage (docs/fpga.md, section 2).
//
// What to do is in constants: a word per stage, a word per tap, where columns lie, weights, products, parameters. This module
// takes the words apart and connects those that do the work:
//
//   sequencer -> fetch (activations) -> products -> lanes -> requantize -> dealer -> activation memory
//                                       weights --^                      elements: pictures in, traces out
module engine #(
    parameter BANKS = 4,  // columns at once, a power of two
    parameter BANK_BITS = 2,  // 1 where there is one bank
    parameter FILTERS = 8,  // filters at once
    parameter LEVELS = 4,  // weight levels, without the one whose products are 0
    parameter WEIGHT_BITS = 3,
    parameter INDEX_BITS = 3,
    parameter PRODUCT_BITS = 12,
    parameter SUM_BITS = 16,
    parameter SHIFT_LEAST = 8,  // of the stages that requantize by a shift
    parameter SHIFT_BITS = 2,  // of what is more than that
    parameter ADDRESS_BITS = 10,  // of a bank
    parameter ACTIVATION_WORDS = 1024,  // in a bank
    parameter COUNT_BITS = 8,
    parameter STAGES = 4,  // words in stages.hex
    parameter STAGE_BITS = 2,
    parameter TAPS = 64,
    parameter TAP_BITS = 6,
    parameter COLUMNS = 64,
    parameter COLUMN_BITS = 6,
    parameter NARROW_WORDS = 256,
    parameter WIDE_WORDS = 256,
    parameter WEIGHT_ADDRESS_BITS = 8,
    parameter PACKED = 0,  // how weights are stored: weights.v
    parameter LARGE_BITS = 0,
    parameter LARGE_WORDS = 1,
    parameter PARAMETERS = 256,
    parameter PARAMETER_BITS = 8,
    parameter TABLES = 4,
    parameter TABLE_BITS = 2,
    parameter CLOCK_BITS = 32,
    // What the network has; else there is nothing for it.
    parameter BOUNDED = 1,  // taps outside the input
    parameter THRESHOLDS = 1  // stages that requantize by thresholds
) (
    input clk,
    input reset,

    // a picture, byte by byte: rows > columns > channels
    input load,  // before its first byte
    input [7:0] pixel,
    input pixel_valid,
    output pixel_take,

    // running
    input start,  // from the first stage on; the picture has been loaded
    input resume,  // the next stage, after one that was followed by a pause
    input pause_after_stages,
    output busy,  // running
    output reg [CLOCK_BITS-1:0] clocks,  // from `start` on, while it ran

    // the elements of what was computed last, or the picture's indices, while nothing runs
    input trace,  // at the first
    input trace_take,
    output trace_valid,
    output [INDEX_BITS-1:0] trace_value,
    output trace_end,  // this is the last

    // weights that are not constants, before the first picture: weights.v
    input begin_fill,
    input [3:0] fill,
    input [15:0] fill_data,

    output logit_valid,
    output [ADDRESS_BITS-1:0] logit_number,  // of the output's element
    output signed [SUM_BITS-1:0] logit
);
  localparam [1:0] SCAN = 2'd1, CHANNEL = 2'd2, LARGEST = 2'd3;  // kinds of stages; 0 is a convolution
  localparam [1:0] BY_THRESHOLDS = 2'd1, LOGITS = 2'd2;  // kinds of requantization: see there; 0 is a shift

  // ---- What a stage is ----

  localparam STAGE_WIDTH = 14 + BANKS + SHIFT_BITS + 6 * COUNT_BITS + 6 * ADDRESS_BITS + COLUMN_BITS + 2 * TAP_BITS +
                           TABLE_BITS + WEIGHT_ADDRESS_BITS + 3 * INDEX_BITS + PARAMETER_BITS;

  reg [STAGE_BITS-1:0] stage;  // 0: the picture
  wire [STAGE_WIDTH-1:0] stage_word;
  rom #(
      .FILE("stages.hex"),
      .STYLE("logic"),
      .WIDTH(STAGE_WIDTH),
      .WORDS(STAGES),
      .ADDRESS_BITS(STAGE_BITS)
  ) stage_words (
      .clk(clk),
      .address(stage),
      .value(stage_word)
  );

  wire [1:0] kind;
  wire runs;  // else it only says where a tensor lies
  wire is_point;  // a trace point follows
  wire is_last;
  wire repeat_weights;  // all channels have the same
  wire wide;  // each group has filters of its own
  wire single;  // of a block's columns only the first is written
  wire [BANKS-1:0] out_banks;  // that are written
  wire [1:0] requantize_kind;
  wire [SHIFT_BITS-1:0] shift;
  wire [INDEX_BITS-1:0] steps_last, last_index;
  wire [COUNT_BITS-1:0] rows_last, columns_last, channels_last;  // of what it writes
  wire [COUNT_BITS-1:0] blocks_last, inner_last, row_stride;
  wire [1:0] channel_shift;  // of what it reads, as the next
  wire [ADDRESS_BITS-1:0] row_step, block_step;
  wire [1:0] out_phases;
  wire [ADDRESS_BITS-1:0] out_first, out_row_step, out_back, out_skip;
  wire [COLUMN_BITS-1:0] column_first;
  wire [TAP_BITS-1:0] tap_first, tap_last;
  wire [TABLE_BITS-1:0] table_number;
  wire [WEIGHT_ADDRESS_BITS-1:0] weights_first;
  wire [INDEX_BITS-1:0] padding;
  wire [PARAMETER_BITS-1:0] parameters_first;
  assign {kind, runs, is_point, is_last, repeat_weights, wide, single, out_banks, requantize_kind, shift, steps_last,
          last_index, rows_last, columns_last, channels_last, blocks_last, inner_last, row_stride, channel_shift,
          row_step, block_step, out_phases, out_first, out_row_step, out_back, out_skip, column_first, tap_first, tap_last,
          table_number, weights_first, padding, parameters_first} = stage_word;

  // ---- From stage to stage ----

  localparam [2:0] IDLE = 3'd0, READ = 3'd1, BEGIN = 3'd2, RUN = 3'd3, SETTLE = 3'd4;

  reg [2:0] state;
  reg [1:0] settle;  // clocks until the last results are written
  wire sequencing;
  wire begin_stage = state == BEGIN && runs;

  assign busy = state != IDLE;

  always @(posedge clk) begin
    if (busy) clocks <= clocks + 1'b1;
    case (state)
      READ: state <= BEGIN;
      BEGIN: begin
        settle <= 2'd3;
        state  <= runs ? RUN : SETTLE;
      end
      RUN: if (!sequencing) state <= SETTLE;
      SETTLE: begin
        settle <= settle - 2'd1;
        if (settle == 2'd0) begin
          if (is_last || (is_point && pause_after_stages)) state <= IDLE;
          else begin
            stage <= stage + 1'b1;
            state <= READ;
          end
        end
      end
      default: begin
        if (load) stage <= 0;
        if (start || resume) begin
          stage <= start ? {{STAGE_BITS - 1{1'b0}}, 1'b1} : stage + 1'b1;
          state <= READ;
        end
        if (start) clocks <= 0;
      end
    endcase
    if (reset) state <= IDLE;
  end

  // ---- Taps and their activations ----

  localparam TAP_WIDTH = ADDRESS_BITS + 2 * BANK_BITS + 4 * COUNT_BITS;

  wire tap, drain, drain_first, take, channels_end, blocks_end;
  wire [TAP_BITS-1:0] tap_number;
  wire [ADDRESS_BITS-1:0] window_address;
  wire [COUNT_BITS-1:0] window_row, window_block;
  wire [BANK_BITS-1:0] drain_group;
  sequencer #(
      .BANKS(BANKS),
      .BANK_BITS(BANK_BITS),
      .FILTERS(FILTERS),
      .ADDRESS_BITS(ADDRESS_BITS),
      .COUNT_BITS(COUNT_BITS),
      .TAP_BITS(TAP_BITS),
      .INDEX_BITS(INDEX_BITS),
      .THRESHOLDS(THRESHOLDS)
  ) sequence_of_taps (
      .clk(clk),
      .reset(reset),
      .start(begin_stage),
      .busy(sequencing),
      .rows_last(rows_last),
      .blocks_last(blocks_last),
      .channels_last(channels_last),
      .tap_first(tap_first),
      .tap_last(tap_last),
      .inner_last(inner_last),
      .steps_last(steps_last),
      .one_channel(kind == CHANNEL || kind == LARGEST),
      .wide(wide),
      .row_step(row_step),
      .block_step(block_step),
      .channel_shift(channel_shift),
      .row_stride(row_stride),
      .tap(tap),
      .tap_number(tap_number),
      .address(window_address),
      .row(window_row),
      .block(window_block),
      .drain(drain),
      .drain_first(drain_first),
      .take(take),
      .group(drain_group),
      .channels_end(channels_end),
      .blocks_end(blocks_end)
  );

  wire [TAP_WIDTH-1:0] tap_word;
  rom #(
      .FILE("taps.hex"),
      .STYLE(TAPS > 128 ? "block" : "logic"),
      .WIDTH(TAP_WIDTH),
      .WORDS(TAPS),
      .ADDRESS_BITS(TAP_BITS)
  ) tap_words (
      .clk(clk),
      .address(tap_number),
      .value(tap_word)
  );

  wire [ADDRESS_BITS-1:0] tap_offset;
  wire [BANK_BITS-1:0] tap_turn, tap_skew;
  wire [COUNT_BITS-1:0] row_from, row_to, column_from, column_to;
  assign {row_from, row_to, column_from, column_to, tap_skew, tap_turn, tap_offset} = tap_word;

  wire loading, tracing;  // a picture, a trace
  wire [ADDRESS_BITS-1:0] element_address;
  wire [BANKS*ADDRESS_BITS-1:0] read_address;
  wire [BANKS*INDEX_BITS-1:0] stored, activations;
  fetch #(
      .BANKS(BANKS),
      .BANK_BITS(BANK_BITS),
      .ADDRESS_BITS(ADDRESS_BITS),
      .COUNT_BITS(COUNT_BITS),
      .INDEX_BITS(INDEX_BITS),
      .BOUNDED(BOUNDED)
  ) fetch_activations (
      .clk(clk),
      .address(window_address),
      .row(window_row),
      .block(window_block),
      .block_step(block_step),
      .padding(padding),
      .broadcast(kind == SCAN),
      .offset(tap_offset),
      .turn(tap_turn),
      .skew(tap_skew),
      .row_from(row_from),
      .row_to(row_to),
      .column_from(column_from),
      .column_to(column_to),
      .look(tracing),
      .look_address(element_address),
      .read_address(read_address),
      .value(stored),
      .activations(activations)
  );

  // What was issued, so many clocks later.
  reg [3:1] tap_after, drain_after;
  reg [5:1] take_after, first_after, channels_end_after, blocks_end_after;
  reg [5*BANK_BITS-1:0] group_after;
  wire [BANK_BITS-1:0] group_3 = group_after[2*BANK_BITS+:BANK_BITS];
  wire [BANK_BITS-1:0] group_5 = group_after[4*BANK_BITS+:BANK_BITS];
  always @(posedge clk) begin
    tap_after <= {tap_after[2:1], tap};
    drain_after <= {drain_after[2:1], drain};
    take_after <= {take_after[4:1], take};
    first_after <= {first_after[4:1], drain_first};
    channels_end_after <= {channels_end_after[4:1], take && channels_end};
    blocks_end_after <= {blocks_end_after[4:1], blocks_end};
    group_after <= {group_after[4*BANK_BITS-1:0], drain_group};
    if (reset) begin
      tap_after   <= 3'd0;
      drain_after <= 3'd0;
      take_after  <= 5'd0;
    end
  end

  // ---- Products, weights, sums ----

  wire [BANKS*LEVELS*PRODUCT_BITS-1:0] products;
  wire [BANKS*FILTERS*WEIGHT_BITS-1:0] weights;
  wire [BANKS*SUM_BITS-1:0] heads;
  reg [BANKS-1:0] step;
  reg clear;

  genvar group;
  generate
    for (group = 0; group < BANKS; group = group + 1) begin : groups
      rom #(
          .FILE("products.hex"),
          .STYLE("logic"),
          .WIDTH(LEVELS * PRODUCT_BITS),
          .WORDS(TABLES << INDEX_BITS),
          .ADDRESS_BITS(TABLE_BITS + INDEX_BITS)
      ) product_table (
          .clk(clk),
          .address({table_number, activations[group*INDEX_BITS+:INDEX_BITS]}),
          .value(products[group*LEVELS*PRODUCT_BITS+:LEVELS*PRODUCT_BITS])
      );
      always @(posedge clk) step[group] <= reset || tap_after[3] || (take_after[3] && (!wide || group_3 == group));
    end
  endgenerate
  always @(posedge clk) clear <= reset;

  weights #(
      .BANKS(BANKS),
      .FILTERS(FILTERS),
      .WEIGHT_BITS(WEIGHT_BITS),
      .NARROW_WORDS(NARROW_WORDS),
      .WIDE_WORDS(WIDE_WORDS),
      .ADDRESS_BITS(WEIGHT_ADDRESS_BITS),
      .PACKED(PACKED),
      .LARGE_BITS(LARGE_BITS),
      .LARGE_WORDS(LARGE_WORDS)
  ) weight_memory (
      .clk(clk),
      .start(begin_stage),
      .first(weights_first),
      .wide(wide),
      .next(tap_after[1]),
      .rewind(channels_end_after[1] || (take_after[1] && repeat_weights)),
      .weights(weights),
      .begin_fill(begin_fill),
      .fill(fill),
      .fill_data(fill_data)
  );

  lanes #(
      .GROUPS(BANKS),
      .FILTERS(FILTERS),
      .LEVELS(LEVELS),
      .WEIGHT_BITS(WEIGHT_BITS),
      .PRODUCT_BITS(PRODUCT_BITS),
      .SUM_BITS(SUM_BITS)
  ) accumulators (
      .clk(clk),
      .add(tap_after[3] && kind != LARGEST),
      .products(products),
      .weights(weights),
      .step(step),
      .drain(take_after[4]),
      .clear(clear),
      .heads(heads)
  );

  // ---- From sums to activations ----

  reg [PARAMETER_BITS-1:0] parameter_address;
  wire signed [SUM_BITS-1:0] parameter_word;
  always @(posedge clk) begin
    if (drain_after[3]) parameter_address <= parameter_address + 1'b1;
    if (begin_stage || channels_end_after[3]) parameter_address <= parameters_first;
  end
  rom #(
      .FILE("parameters.hex"),
      .STYLE(PARAMETERS > 32 ? "block" : "logic"),
      .WIDTH(SUM_BITS),
      .WORDS(PARAMETERS),
      .ADDRESS_BITS(PARAMETER_BITS)
  ) parameters (
      .clk(clk),
      .address(parameter_address),
      .value(parameter_word)
  );

  wire [BANKS*(SUM_BITS+1)-1:0] totals;
  wire [BANKS*INDEX_BITS-1:0] indices;
  generate
    for (group = 0; group < BANKS; group = group + 1) begin : requantizers
      requantize #(
          .SUM_BITS(SUM_BITS),
          .INDEX_BITS(INDEX_BITS),
          .SHIFT_LEAST(SHIFT_LEAST),
          .SHIFT_BITS(SHIFT_BITS),
          .THRESHOLDS(THRESHOLDS)
      ) requantizer (
          .clk(clk),
          .thresholds(requantize_kind == BY_THRESHOLDS),
          .shift(shift),
          .last(last_index),
          .first(first_after[5]),
          .sum(heads[group*SUM_BITS+:SUM_BITS]),
          .word(parameter_word),
          .total(totals[group*(SUM_BITS+1)+:SUM_BITS+1]),
          .index(indices[group*INDEX_BITS+:INDEX_BITS])
      );
    end
  endgenerate

  wire [BANKS*INDEX_BITS-1:0] largest_indices;  // for max pooling
  generate
    for (group = 0; group < BANKS; group = group + 1) begin : windows
      largest #(
          .INDEX_BITS(INDEX_BITS)
      ) largest_of_window (
          .clk(clk),
          .clear(clear),
          .take(tap_after[2]),
          .close(drain_after[3]),
          .activation(activations[group*INDEX_BITS+:INDEX_BITS]),
          .held(largest_indices[group*INDEX_BITS+:INDEX_BITS])
      );
    end
  endgenerate

  // ---- Where these go ----

  wire [ADDRESS_BITS-1:0] result_address;
  wire [BANKS*BANK_BITS-1:0] result_phase;
  wire [BANKS*INDEX_BITS-1:0] result_values;
  dealer #(
      .BANKS(BANKS),
      .BANK_BITS(BANK_BITS),
      .ADDRESS_BITS(ADDRESS_BITS),
      .INDEX_BITS(INDEX_BITS)
  ) deal_results (
      .clk(clk),
      .start(begin_stage),
      .take(take_after[5]),
      .channels_end(channels_end_after[5]),
      .blocks_end(blocks_end_after[5]),
      .single(single),
      .group(group_5),
      .phases(out_phases),
      .first(out_first),
      .back(out_back),
      .skip(out_skip),
      .results(kind == LARGEST ? largest_indices : indices),
      .address(result_address),
      .phase(result_phase),
      .values(result_values)
  );
  assign logit_valid  = take_after[5] && requantize_kind == LOGITS;
  assign logit_number = result_address;
  assign logit = totals[SUM_BITS-1:0];
  wire unused = &{1'b0, totals};

  // ---- The picture, and tracing: element by element ----

  wire [BANK_BITS-1:0] element_bank;
  wire [INDEX_BITS-1:0] element;
  wire write_element;
  elements #(
      .BANKS(BANKS),
      .BANK_BITS(BANK_BITS),
      .ADDRESS_BITS(ADDRESS_BITS),
      .COUNT_BITS(COUNT_BITS),
      .INDEX_BITS(INDEX_BITS),
      .COLUMNS(COLUMNS),
      .COLUMN_BITS(COLUMN_BITS)
  ) pictures_and_traces (
      .clk(clk),
      .reset(reset),
      .idle(!busy),
      .load(load),
      .trace(trace),
      .leave(start || resume),
      .pixel(pixel),
      .pixel_valid(pixel_valid),
      .pixel_take(pixel_take),
      .trace_take(trace_take),
      .trace_valid(trace_valid),
      .trace_value(trace_value),
      .trace_end(trace_end),
      .columns_last(columns_last),
      .channels_last(channels_last),
      .rows_last(rows_last),
      .row_step(out_row_step),
      .channel_shift(out_phases),
      .column_first(column_first),
      .loading(loading),
      .tracing(tracing),
      .address(element_address),
      .bank(element_bank),
      .write(write_element),
      .write_value(element),
      .value(stored)
  );

  // ---- The memory ----

  wire [BANKS-1:0] write;
  wire [BANKS*ADDRESS_BITS-1:0] write_address;
  wire [BANKS*INDEX_BITS-1:0] write_value;
  wire write_results = take_after[5] && requantize_kind != LOGITS;
  wire [ADDRESS_BITS-1:0] place = loading ? element_address : result_address;
  generate
    for (group = 0; group < BANKS; group = group + 1) begin : ports
      wire [BANK_BITS-1:0] phase = loading ? {BANK_BITS{1'b0}} : result_phase[group*BANK_BITS+:BANK_BITS];
      assign write[group] = (write_results && out_banks[group]) || (write_element && element_bank == group);
      assign write_address[group*ADDRESS_BITS+:ADDRESS_BITS] = place | {{ADDRESS_BITS - BANK_BITS{1'b0}}, phase};
      assign write_value[group*INDEX_BITS+:INDEX_BITS] =
          loading ? element : result_values[group*INDEX_BITS+:INDEX_BITS];
    end
  endgenerate

  activation_memory #(
      .BANKS(BANKS),
      .ADDRESS_BITS(ADDRESS_BITS),
      .WORDS(ACTIVATION_WORDS),
      .INDEX_BITS(INDEX_BITS)
  ) memory (
      .clk(clk),
      .read(1'b1),
      .read_address(read_address),
      .value(stored),
      .write(write),
      .write_address(write_address),
      .write_value(write_value)
  );
endmodule
