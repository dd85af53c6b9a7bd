import { formatFloat } from "@web/views/fields/formatters";
import { parseFloat } from "@web/views/fields/parsers";

/** A quantity as it is read and typed, without the zeros behind its decimals. */
export function formatQuantity(quantity, digits, options = {}) {
    return formatFloat(quantity, { digits: [16, digits], trailingZeros: false, ...options });
}

/**
 * What was typed or pasted, as a number; nothing is zero.
 *
 * @returns {number|null} null where it is no quantity
 */
export function parseQuantity(text) {
    let quantity;
    try {
        quantity = parseFloat(text.trim());
    } catch {
        return null;
    }
    return Number.isFinite(quantity) && quantity >= 0 ? quantity : null;
}

/** The cells of a block copied from a spreadsheet, as rows of texts. */
export function splitBlock(text) {
    return text
        .replace(/\r\n?/g, "\n")
        .replace(/\n$/, "")
        .split("\n")
        .map((line) => line.split("\t"));
}
