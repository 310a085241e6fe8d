// Runs a table network, stage by stage (docs/fpga.md, section 2).
//
// What to do is in constants: a word per stage, a word per tap, where columns lie, weights, products, parameters. This module
// takes the words apart and connects those that do the work:
//
//   sequencer -> fetch (activations) -> products -> lanes -> requantize -> activation memory
//                                       weights --^             ^-- walker (where results go)
module engine #(
    parameter BANKS = 4,  // columns at once, a power of two
    parameter BANK_BITS = 2,  // 1 where there is one bank
    parameter FILTERS = 8,  // filters at once
    parameter LEVELS = 4,  // weight levels, without the one whose products are 0
    parameter WEIGHT_BITS = 3,
    parameter INDEX_BITS = 3,
    parameter PRODUCT_BITS = 12,
    parameter SUM_BITS = 16,
    parameter ADDRESS_BITS = 10,  // of a bank
    parameter ACTIVATION_WORDS = 1024,  // in a bank
    parameter COUNT_BITS = 8,
    parameter STAGES = 4,  // words in stages.hex
    parameter STAGE_BITS = 2,
    parameter TAPS = 64,
    parameter TAP_BITS = 6,
    parameter COLUMNS = 64,
    parameter COLUMN_BITS = 6,
    parameter WEIGHT_WORDS = 256,
    parameter WEIGHT_ADDRESS_BITS = 8,
    parameter PARAMETERS = 256,
    parameter PARAMETER_BITS = 8,
    parameter TABLES = 4,
    parameter TABLE_BITS = 2,
    parameter CLOCK_BITS = 32,  // of the longest run
    // whether any stage has what takes logic: taps outside the input, max pooling, thresholds
    parameter PADDED = 1,
    parameter POOLS = 1,
    parameter SEARCHES = 1,
    parameter CONTIGUOUS = 0  // 1: what is written lies one element after another
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
    output reg trace_valid,
    output [INDEX_BITS-1:0] trace_value,
    output trace_end,  // this is the last

    output logit_valid,
    output [ADDRESS_BITS-1:0] logit_number,  // of the output's element
    output signed [SUM_BITS-1:0] logit
);
  localparam [1:0] SCAN = 2'd1, CHANNEL = 2'd2, LARGEST = 2'd3;  // kinds of stages; 0 is a convolution
  localparam [1:0] LOGITS = 2'd2;  // kinds of requantization: see there
  localparam [COUNT_BITS-1:0] LAST_FILTER = FILTERS[COUNT_BITS-1:0] - 1'b1;
  localparam STYLE = BANKS * FILTERS == 1 ? "block" : "auto";  // in the smallest engine logic is scarcer than memory
  localparam [1:0] ELEMENTS = 2'd0, BY_COLUMNS = 2'd1, BY_FILTERS = 2'd2;

  // ---- What a stage is ----

  localparam STAGE_WIDTH = 17 + 6 * COUNT_BITS + 5 * ADDRESS_BITS + COLUMN_BITS + 2 * TAP_BITS + TABLE_BITS +
                           WEIGHT_ADDRESS_BITS + 2 * INDEX_BITS + PARAMETER_BITS;

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
  wire repeat_weights;
  wire [1:0] requantize_kind;
  wire [4:0] shift;
  wire [3:0] levels_log2;
  wire [COUNT_BITS-1:0] rows_last, columns_last, channels_last;  // of what it writes
  wire [COUNT_BITS-1:0] outer_last, inner_last, row_stride;
  wire [ADDRESS_BITS-1:0] origin, row_step, block_step;  // of what it reads
  wire [ADDRESS_BITS-1:0] out_first, out_row_step;
  wire [COLUMN_BITS-1:0] column_first;
  wire [TAP_BITS-1:0] tap_first, tap_last;
  wire [TABLE_BITS-1:0] table_number;
  wire [WEIGHT_ADDRESS_BITS-1:0] weights_first;
  wire [INDEX_BITS-1:0] last_index, padding;
  wire [PARAMETER_BITS-1:0] parameters_first;
  assign {kind, runs, is_point, is_last, repeat_weights, requantize_kind, shift, levels_log2,
          rows_last, columns_last, channels_last, outer_last, inner_last, row_stride,
          origin, row_step, block_step, out_first, out_row_step, column_first, tap_first, tap_last,
          table_number, weights_first, last_index, padding, parameters_first} = stage_word;

  // ---- From stage to stage ----

  localparam [2:0] IDLE = 3'd0, READ = 3'd1, BEGIN = 3'd2, RUN = 3'd3, SETTLE = 3'd4;

  reg [2:0] state;
  reg [2:0] settle;  // clocks until the last results are written
  reg loading, tracing;
  reg [1:0] starting;  // the walker, once the stage's word is there
  reg drained;
  wire sequencing, requantize_ready;
  wire begin_stage = state == BEGIN && runs;

  assign busy = state != IDLE;

  always @(posedge clk) begin
    starting <= {starting[0], !busy && (load || trace)};
    case (state)
      READ: state <= BEGIN;
      BEGIN: begin
        settle <= 3'd7;
        state  <= runs ? RUN : SETTLE;
      end
      RUN: if (!sequencing && drained && requantize_ready) state <= SETTLE;
      SETTLE: begin
        settle <= settle - 3'd1;
        if (settle == 3'd0) begin
          if (is_last || (is_point && pause_after_stages)) state <= IDLE;
          else begin
            stage <= stage + 1'b1;
            state <= READ;
          end
        end
      end
      default: begin
        if (load || trace || start || resume) begin
          loading <= load;
          tracing <= trace;
        end
        if (load) stage <= 0;
        if (start || resume) begin
          stage <= start ? {{STAGE_BITS - 1{1'b0}}, 1'b1} : stage + 1'b1;
          state <= READ;
        end
      end
    endcase
    if (reset) begin
      state <= IDLE;
      starting <= 2'b00;
      loading <= 1'b0;
      tracing <= 1'b0;
    end
  end

  always @(posedge clk) begin
    if (busy) clocks <= clocks + 1'b1;
    else if (start) clocks <= 0;
  end

  // ---- Taps and their activations ----

  localparam TAP_WIDTH = ADDRESS_BITS + BANK_BITS + (PADDED != 0 ? 4 * COUNT_BITS : 0);
  localparam BLOCK_SHIFT = BANKS == 1 ? 0 : BANK_BITS;

  wire tap, flush, rewind;
  wire [TAP_BITS-1:0] tap_number;
  wire [ADDRESS_BITS-1:0] window_address;
  wire [COUNT_BITS-1:0] window_row, window_block;
  sequencer #(
      .ADDRESS_BITS(ADDRESS_BITS),
      .COUNT_BITS(COUNT_BITS),
      .TAP_BITS(TAP_BITS)
  ) sequence_of_taps (
      .clk(clk),
      .reset(reset),
      .start(begin_stage),
      .busy(sequencing),
      .rows_last(rows_last),
      .blocks_last(columns_last >> BLOCK_SHIFT),
      .outer_last(outer_last),
      .tap_first(tap_first),
      .tap_last(tap_last),
      .inner_last(inner_last),
      .per_channel(kind == CHANNEL || kind == LARGEST),
      .repeat_weights(repeat_weights),
      .origin(origin),
      .row_step(row_step),
      .block_step(block_step),
      .row_stride(row_stride),
      .drained(drained),
      .tap(tap),
      .flush(flush),
      .rewind(rewind),
      .tap_number(tap_number),
      .address(window_address),
      .row(window_row),
      .block(window_block)
  );

  wire [TAP_WIDTH-1:0] tap_word;
  rom #(
      .FILE("taps.hex"),
      .STYLE(STYLE),
      .WIDTH(TAP_WIDTH),
      .WORDS(TAPS),
      .ADDRESS_BITS(TAP_BITS)
  ) tap_words (
      .clk(clk),
      .address(tap_number),
      .value(tap_word)
  );

  wire [ADDRESS_BITS-1:0] tap_offset;
  wire [BANK_BITS-1:0] tap_rotation;
  wire [COUNT_BITS-1:0] row_from, row_to, column_from, column_to;
  generate
    if (PADDED != 0) begin : padded
      assign {tap_offset, tap_rotation, row_from, row_to, column_from, column_to} = tap_word;
    end else begin : not_padded
      assign {tap_offset, tap_rotation} = tap_word;
      assign {row_from, row_to, column_from, column_to} = 0;
    end
  endgenerate

  wire fetch_read;
  wire [BANKS*ADDRESS_BITS-1:0] fetch_address;
  wire [BANKS*INDEX_BITS-1:0] stored, activations;
  fetch #(
      .BANKS(BANKS),
      .BANK_BITS(BANK_BITS),
      .ADDRESS_BITS(ADDRESS_BITS),
      .COUNT_BITS(COUNT_BITS),
      .INDEX_BITS(INDEX_BITS),
      .PADDED(PADDED)
  ) fetch_activations (
      .clk(clk),
      .tap(tap),
      .address(window_address),
      .row(window_row),
      .block(window_block),
      .block_step(block_step),
      .padding(padding),
      .broadcast(kind == SCAN),
      .offset(tap_offset),
      .rotation(tap_rotation),
      .row_from(row_from),
      .row_to(row_to),
      .column_from(column_from),
      .column_to(column_to),
      .read(fetch_read),
      .read_address(fetch_address),
      .value(stored),
      .activations(activations)
  );

  // What was issued, so many clocks later.
  reg [5:1] tap_after;
  reg [6:1] flush_after;
  reg [3:1] rewind_after;
  always @(posedge clk) begin
    tap_after <= {tap_after[4:1], tap};
    flush_after <= {flush_after[5:1], flush};
    rewind_after <= {rewind_after[2:1], rewind};
    if (reset) begin
      tap_after   <= 5'd0;
      flush_after <= 6'd0;
    end
  end

  // ---- Products, weights, sums ----

  wire [BANKS*FILTERS*WEIGHT_BITS-1:0] weights;
  wire [BANKS*SUM_BITS-1:0] heads;
  wire [BANKS-1:0] shift_chain;

  weights #(
      .BANKS(BANKS),
      .BANK_BITS(BANK_BITS),
      .FILTERS(FILTERS),
      .WEIGHT_BITS(WEIGHT_BITS),
      .WORDS(WEIGHT_WORDS),
      .ADDRESS_BITS(WEIGHT_ADDRESS_BITS)
  ) weight_memory (
      .clk(clk),
      .start(begin_stage),
      .first(weights_first),
      .whole_words(kind == SCAN),
      .tap(tap_after[3]),
      .flush(flush_after[3]),
      .rewind(rewind_after[3]),
      .weights(weights)
  );

  genvar group;
  generate
    if (FILTERS == 1) begin : by_lookup
      lookup_lanes #(
          .GROUPS(BANKS),
          .WEIGHT_BITS(WEIGHT_BITS),
          .INDEX_BITS(INDEX_BITS),
          .PRODUCT_BITS(PRODUCT_BITS),
          .SUM_BITS(SUM_BITS),
          .TABLES(TABLES),
          .TABLE_BITS(TABLE_BITS)
      ) accumulators (
          .clk(clk),
          .add(tap_after[5]),
          .flush(flush_after[6]),
          .clear(begin_stage),
          .table_number(table_number),
          .activations(activations),
          .weights(weights),
          .heads(heads)
      );
      wire unused = &{1'b0, shift_chain};
    end else begin : by_choice
      wire [BANKS*LEVELS*PRODUCT_BITS-1:0] products;
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
      end
      lanes #(
          .GROUPS(BANKS),
          .FILTERS(FILTERS),
          .LEVELS(LEVELS),
          .WEIGHT_BITS(WEIGHT_BITS),
          .PRODUCT_BITS(PRODUCT_BITS),
          .SUM_BITS(SUM_BITS)
      ) accumulators (
          .clk(clk),
          .add(tap_after[5]),
          .flush(flush_after[6]),
          .clear(begin_stage),
          .products(products),
          .weights(weights),
          .shift(shift_chain),
          .heads(heads)
      );
    end
  endgenerate

  // The largest activation of each group's window, for max pooling.
  reg [BANKS*INDEX_BITS-1:0] largest, largest_held;
  integer g;
  always @(posedge clk) begin
    if (flush_after[4]) begin
      largest_held <= largest;
      largest <= 0;
    end
    for (g = 0; g < BANKS; g = g + 1)
      if (tap_after[4] && activations[g*INDEX_BITS+:INDEX_BITS] > largest[g*INDEX_BITS+:INDEX_BITS])
        largest[g*INDEX_BITS+:INDEX_BITS] <= activations[g*INDEX_BITS+:INDEX_BITS];
    if (begin_stage) largest <= 0;
  end

  // ---- From sums to activations, and where these go ----

  reg draining;
  wire walker_ready, walker_next, window_end, tensor_end;
  wire [ADDRESS_BITS-1:0] walker_address;
  wire [BANK_BITS-1:0] walker_bank, lane_group;
  wire [COUNT_BITS-1:0] channel;
  wire drain_one = draining && walker_ready && requantize_ready;
  wire load_one = loading && starting == 2'b00 && walker_ready && pixel_valid;
  wire trace_one = trace_take && trace_valid && !tensor_end;

  assign pixel_take  = load_one;
  assign walker_next = drain_one || load_one || trace_one;

  wire [COLUMN_BITS-1:0] column_address;
  wire [ADDRESS_BITS-1:0] column_offset;
  wire [BANK_BITS-1:0] column_bank;
  rom #(
      .FILE("columns.hex"),
      .STYLE("logic"),
      .WIDTH(ADDRESS_BITS + BANK_BITS),
      .WORDS(COLUMNS),
      .ADDRESS_BITS(COLUMN_BITS)
  ) column_places (
      .clk(clk),
      .address(column_address),
      .value({column_offset, column_bank})
  );

  walker #(
      .BANKS(BANKS),
      .BANK_BITS(BANK_BITS),
      .ADDRESS_BITS(ADDRESS_BITS),
      .COUNT_BITS(COUNT_BITS),
      .COLUMN_BITS(COLUMN_BITS),
      .CONTIGUOUS(CONTIGUOUS)
  ) places (
      .clk(clk),
      .start(begin_stage || starting[1]),
      .next(walker_next),
      .ready(walker_ready),
      .order(loading || tracing ? ELEMENTS : kind == SCAN ? BY_FILTERS : BY_COLUMNS),
      .part_last(kind == CHANNEL || kind == LARGEST ? {COUNT_BITS{1'b0}} : LAST_FILTER),
      .columns_last(columns_last),
      .channels_last(channels_last),
      .rows_last(rows_last),
      .first(out_first),
      .row_step(out_row_step),
      .column_first(column_first),
      .column_address(column_address),
      .column_offset(column_offset),
      .column_bank(column_bank),
      .address(walker_address),
      .bank(walker_bank),
      .group(lane_group),
      .channel(channel),
      .window_end(window_end),
      .tensor_end(tensor_end)
  );

  // `drained` falls with the clock after the last tap of a window, before that of the next can be issued.
  always @(posedge clk) begin
    if (flush_after[6]) draining <= 1'b1;
    if (drain_one && window_end) begin
      draining <= 1'b0;
      drained  <= 1'b1;
    end
    if (flush) drained <= 1'b0;
    if (reset || begin_stage) begin
      draining <= 1'b0;
      drained  <= 1'b1;
    end
  end

  assign shift_chain = drain_one ? {{BANKS - 1{1'b0}}, 1'b1} << (BANKS == 1 ? 0 : lane_group) : {BANKS{1'b0}};

  wire [PARAMETER_BITS-1:0] parameter_address;
  wire [SUM_BITS-1:0] parameter_word;
  rom #(
      .FILE("parameters.hex"),
      .STYLE(STYLE),
      .WIDTH(SUM_BITS),
      .WORDS(PARAMETERS),
      .ADDRESS_BITS(PARAMETER_BITS)
  ) parameters (
      .clk(clk),
      .address(parameter_address),
      .value(parameter_word)
  );

  wire [PARAMETER_BITS-1:0] channel_number = {{PARAMETER_BITS - COUNT_BITS{1'b0}}, channel};
  wire result_valid;
  wire [INDEX_BITS-1:0] result;
  wire [ADDRESS_BITS-1:0] result_address;
  wire [BANK_BITS-1:0] result_bank;
  wire [BANK_BITS-1:0] head = BANKS == 1 ? {BANK_BITS{1'b0}} : lane_group;
  wire [SUM_BITS-1:0] sum = POOLS != 0 && kind == LARGEST ?
      {{SUM_BITS - INDEX_BITS{1'b0}}, largest_held[head*INDEX_BITS+:INDEX_BITS]} : heads[head*SUM_BITS+:SUM_BITS];
  requantize #(
      .SUM_BITS(SUM_BITS),
      .INDEX_BITS(INDEX_BITS),
      .ADDRESS_BITS(PARAMETER_BITS),
      .TAG_BITS(ADDRESS_BITS + BANK_BITS),
      .SEARCHES(SEARCHES)
  ) requantize_sums (
      .clk(clk),
      .reset(reset),
      .kind(requantize_kind),
      .shift(shift),
      .last(last_index),
      .levels_log2(levels_log2),
      .valid(drain_one),
      .ready(requantize_ready),
      .sum(sum),
      .first(parameters_first + (channel_number << levels_log2)),
      .tag({walker_address, walker_bank}),
      .parameter_address(parameter_address),
      .parameter_word(parameter_word),
      .out_valid(result_valid),
      .index(result),
      .logit(logit),
      .out_tag({result_address, result_bank})
  );
  assign logit_valid  = result_valid && requantize_kind == LOGITS;
  assign logit_number = result_address;

  // ---- The picture ----

  reg pixel_known;
  reg [ADDRESS_BITS-1:0] pixel_address;
  reg [BANK_BITS-1:0] pixel_bank;
  wire [INDEX_BITS-1:0] pixel_index;
  always @(posedge clk) begin
    pixel_known   <= load_one;
    pixel_address <= walker_address;
    pixel_bank    <= walker_bank;
  end
  rom #(
      .FILE("pixels.hex"),
      .WIDTH(INDEX_BITS),
      .WORDS(256),
      .ADDRESS_BITS(8)
  ) pixel_indices (
      .clk(clk),
      .address(pixel),
      .value(pixel_index)
  );

  // ---- Tracing ----

  reg trace_read;
  reg [BANK_BITS-1:0] trace_bank;
  assign trace_value = stored[trace_bank*INDEX_BITS+:INDEX_BITS];
  assign trace_end = tensor_end;
  always @(posedge clk) begin
    trace_read <= tracing && starting == 2'b00 && walker_ready && !walker_next && !trace_valid;
    trace_valid <= tracing && (trace_valid ? !trace_take : trace_read);
    trace_bank <= BANKS == 1 ? 0 : walker_bank;
    if (reset || trace) begin
      trace_read  <= 1'b0;
      trace_valid <= 1'b0;
    end
  end

  activation_memory #(
      .BANKS(BANKS),
      .BANK_BITS(BANK_BITS),
      .ADDRESS_BITS(ADDRESS_BITS),
      .WORDS(ACTIVATION_WORDS),
      .INDEX_BITS(INDEX_BITS)
  ) memory (
      .clk(clk),
      .read(fetch_read || tracing),
      .read_address(tracing ? {BANKS{walker_address}} : fetch_address),
      .value(stored),
      .write(pixel_known || (result_valid && requantize_kind != LOGITS)),
      .write_bank(pixel_known ? pixel_bank : result_bank),
      .write_address(pixel_known ? pixel_address : result_address),
      .write_value(pixel_known ? pixel_index : result)
  );
endmodule
