/** Colours, where they are wanted. */
import { styleText } from 'node:util'

type Paint = (text: string) => string

export interface Style {
  red: Paint
  green: Paint
  yellow: Paint
  bold: Paint
  dim: Paint
}

const plain: Paint = (text) => text
const paint =
  (format: Parameters<typeof styleText>[0]): Paint =>
  (text) =>
    styleText(format, text, { validateStream: false })

const coloured: Style = {
  red: paint('red'),
  green: paint('green'),
  yellow: paint('yellow'),
  bold: paint('bold'),
  dim: paint('dim'),
}

/** Without colour every text stays as it is. */
export const styleOf = (colour: boolean): Style =>
  colour ? coloured : { red: plain, green: plain, yellow: plain, bold: plain, dim: plain }
