// One element after another, while no stage runs: the bytes of a picture become indices that are stored, and what is stored comes out
// for a trace.
module elements #(
    parameter BANKS = 4,
    parameter BANK_BITS = 2,  // 1 where there is one bank
    parameter ADDRESS_BITS = 10,
    parameter COUNT_BITS = 8,
    parameter INDEX_BITS = 3,
    parameter COLUMNS = 64,
    parameter COLUMN_BITS = 6
) (
    input clk,
    input reset,
    input idle,  // no stage runs; what follows counts only then
    input load,
    input trace,
    input leave,  // stages are to run

    // a picture
    input [7:0] pixel,
    input pixel_valid,
    output pixel_take,

    // a trace
    input trace_take,
    output reg trace_valid,
    output [INDEX_BITS-1:0] trace_value,
    output trace_end,  // this is the last

    // the tensor, two clocks after `load` or `trace`
    input [COUNT_BITS-1:0] columns_last,
    input [COUNT_BITS-1:0] channels_last,
    input [COUNT_BITS-1:0] rows_last,
    input [ADDRESS_BITS-1:0] row_step,
    input [1:0] channel_shift,  // log2 of the addresses from one channel to the next
    input [COLUMN_BITS-1:0] column_first,

    // the memory
    output reg loading,
    output reg tracing,
    output [ADDRESS_BITS-1:0] address,
    output [BANK_BITS-1:0] bank,
    output write,
    output [INDEX_BITS-1:0] write_value,
    input [BANKS*INDEX_BITS-1:0] value  // of the address, in all banks
);
  reg [1:0] starting;  // the walker, once the stage's word is there
  reg pixel_known, trace_read;
  wire ready;
  wire [BANK_BITS-1:0] column_bank;
  wire trace_one = trace_take && trace_valid && !trace_end;

  walker #(
      .BANK_BITS(BANK_BITS),
      .ADDRESS_BITS(ADDRESS_BITS),
      .COUNT_BITS(COUNT_BITS),
      .COLUMNS(COLUMNS),
      .COLUMN_BITS(COLUMN_BITS)
  ) places (
      .clk(clk),
      .start(starting[1]),
      .next(pixel_known || trace_one),
      .ready(ready),
      .columns_last(columns_last),
      .channels_last(channels_last),
      .rows_last(rows_last),
      .row_step(row_step),
      .channel_shift(channel_shift),
      .column_first(column_first),
      .address(address),
      .bank(column_bank),
      .tensor_end(trace_end)
  );

  rom #(
      .FILE("pixels.hex"),
      .STYLE(INDEX_BITS > 4 ? "block" : "logic"),
      .WIDTH(INDEX_BITS),
      .WORDS(256),
      .ADDRESS_BITS(8)
  ) pixel_indices (
      .clk(clk),
      .address(pixel),
      .value(write_value)
  );

  assign bank = BANKS == 1 ? {BANK_BITS{1'b0}} : column_bank;
  assign write = pixel_known;
  assign pixel_take = loading && starting == 2'b00 && ready && pixel_valid && !pixel_known;
  assign trace_value = value[bank*INDEX_BITS+:INDEX_BITS];

  always @(posedge clk) begin
    starting <= {starting[0], idle && (load || trace)};
    if (idle && (load || trace || leave)) begin
      loading <= load;
      tracing <= trace;
    end
    pixel_known <= pixel_take;
    trace_read  <= tracing && starting == 2'b00 && ready && !trace_one && !trace_valid;
    trace_valid <= tracing && (trace_valid ? !trace_take : trace_read);
    if (reset || trace) begin
      trace_read  <= 1'b0;
      trace_valid <= 1'b0;
    end
    if (reset) begin
      starting <= 2'b00;
      loading  <= 1'b0;
      tracing  <= 1'b0;
    end
  end
endmodule
