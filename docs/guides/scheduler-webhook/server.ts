import { createServer, type IncomingMessage } from 'node:http'
import { answer } from './carbon.ts'

async function read(request: IncomingMessage) {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) text += chunk
  return JSON.parse(text)
}

const server = createServer(async (request, response) => {
  try {
    const { apiVersion, kind, ...question } = await read(request)
    const review = { apiVersion, kind, response: { answer: answer({ apiVersion, kind, ...question }) } }
    response.setHeader('content-type', 'application/json').end(JSON.stringify(review))
  } catch (error) {
    response.writeHead(400).end(String(error)) // its first line comes to the condition of the binding
  }
})

server.listen(Number(process.env.PORT ?? 8444), '127.0.0.1', () => console.log('listening', server.address()))
