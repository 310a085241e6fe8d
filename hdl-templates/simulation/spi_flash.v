// A flash memory of the 25 series, as far as a design reads it: AB wakes it, 03 and an address read from there on. It sleeps at first,
// as it does when the part has configured itself from it, and then says nothing. Its bytes are in flash.hex; what the others are is not known.
module spi_flash #(
    parameter ADDRESS_BITS = 24
) (
    input clk,
    input select_n,
    input in,
    output reg out
);
  localparam [7:0] WAKE = 8'hAB, READ = 8'h03;

  reg [7:0] bytes[0:(1<<ADDRESS_BITS)-1];
  initial $readmemh("flash.hex", bytes);

  reg awake = 1'b0;
  reg [5:0] count = 6'd0;  // bits of command and address
  reg [31:0] shifted = 32'd0;
  reg [ADDRESS_BITS+2:0] sent = 0;  // bits
  wire [ADDRESS_BITS-1:0] address = shifted[ADDRESS_BITS-1:0] + sent[ADDRESS_BITS+2:3];
  wire [31:0] now = {shifted[30:0], in};
  wire reading = awake && count == 6'd32 && shifted[31:24] == READ;

  always @(posedge clk or posedge select_n)
    if (select_n) begin
      count <= 6'd0;
      if (count == 6'd8 && shifted[7:0] == WAKE) awake <= 1'b1;
    end else if (count != 6'd32) begin
      count   <= count + 6'd1;
      shifted <= now;
    end

  always @(negedge clk or posedge select_n)
    if (select_n) begin
      sent <= 0;
      out  <= 1'b1;
    end else if (reading) begin
      sent <= sent + 1'b1;
      out  <= bytes[address][~sent[2:0]];
    end
endmodule
