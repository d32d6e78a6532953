/** The one file of node-forge that is needed to read: the whole package takes four times as long to load. */
declare module 'node-forge/lib/asn1.js' {
  import { asn1 } from 'node-forge'
  export default asn1
}
